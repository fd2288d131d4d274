import { idHalves, unixSeconds } from './cells.ts'
import type { RowSink } from './format.ts'

const digit0 = 48
const newline = 10
const carriageReturn = 13
const point = 46
const powersOfTen = Float64Array.from({ length: 19 }, (_, exponent) => 10 ** exponent)

/** Columns that are read, counted from 0; -1 for one that the trace lacks. */
export interface PlainColumns {
  time: number
  id: number
  size: number
}

/**
 * Reads the row that begins at `start` when time, id and size are plain decimal numbers, in one pass over its bytes; answers where the next
 * one begins, or -1 when the row must be read with more care: nothing was given to the sink then. An end of line must lie ahead.
 */
export function createPlainRowReader(sink: RowSink, { time, id, size }: PlainColumns, separator: number) {
  const need = Math.max(time, id, size)
  return (bytes: Uint8Array, start: number): number => {
    let at = start
    let timeS = 0
    let sizeBytes = 1
    for (let column = 0; ; column++) {
      const first = at
      let head = 0
      let digit = bytes[at]! - digit0
      while (digit >= 0 && digit <= 9 && at < first + 9) {
        head = (Math.imul(head, 10) + digit) | 0
        digit = bytes[++at]! - digit0
      }
      const middle = at
      let tail = 0
      while (digit >= 0 && digit <= 9 && at < first + 18) {
        tail = (Math.imul(tail, 10) + digit) | 0
        digit = bytes[++at]! - digit0
      }
      const digits = at - first
      if (digits === 0) return -1
      if (column === id) {
        if (digits > 1 && bytes[first] === digit0) return -1
        setId(head, tail, at - middle)
      } else if (digits > 15 && (column === time || column === size)) return -1
      else if (column === size) sizeBytes = head * powersOfTen[at - middle]! + tail
      else if (column === time) {
        timeS = head * powersOfTen[at - middle]! + tail
        if (bytes[at] === point) {
          const from = ++at
          digit = bytes[at]! - digit0
          while (digit >= 0 && digit <= 9) {
            timeS = timeS * 10 + digit
            digit = bytes[++at]! - digit0
          }
          if (digits + at - from > 14) return -1
          timeS /= powersOfTen[at - from]!
        }
      }
      if (bytes[at] === separator) at++
      else {
        if (bytes[at] === carriageReturn && bytes[at + 1] === newline) at++
        if (bytes[at] !== newline || column < need) return -1
        break
      }
      if (column === need) {
        while (bytes[at] !== newline) at++
        break
      }
    }
    sink.row(unixSeconds(timeS), idHalves.low, idHalves.high, sizeBytes, Number.NaN, Number.NaN)
    return at + 1
  }
}

/** `head` and then `tail` with so many digits, each below 10^9, as a number of 64 bits in two halves. */
function setId(head: number, tail: number, tailDigits: number): void {
  const power = powersOfTen[tailDigits]!
  const low = Math.imul(head, power) >>> 0
  // The product in floating point is off by less than 2^31, so its high half comes out exact.
  const high = Math.round((head * power - low) / 4_294_967_296)
  const sum = low + tail
  idHalves.low = sum | 0
  idHalves.high = sum > 0xffffffff ? high + 1 : high
}

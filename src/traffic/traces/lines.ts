import type { RowsTaken } from '../../kernels/numbering.ts'
import { UserError } from '../../lib/user-error.ts'
import type { TraceParser } from './format.ts'

/** No line of a trace is longer; what is, is another format. */
const longestLine = 1 << 20
const newline = 10
const carriageReturn = 13

/** Lines that are read one by one after one that `readMany` did not take: twice as many each time that it takes none. */
const mostPatience = 4096

/**
 * Reads text line by line as bytes: `read` is given a buffer with the line's start and end, without its end of line, and its number.
 * `readQuickly` may take a line that begins at an index and is whole: it answers where the next one begins, or -1 to leave it to `read`.
 * `readMany`, where there is one, is offered all lines of a piece from an index on, and takes as many as it can.
 */
export function createLineParser(
  file: string,
  read: (bytes: Uint8Array, start: number, end: number, line: number) => void,
  readQuickly: (bytes: Uint8Array, start: number) => number = () => -1,
  readMany?: (bytes: Uint8Array, start: number, stop: number) => RowsTaken,
): TraceParser {
  let rest = new Uint8Array(0)
  let line = 0
  let patience = 1
  let oneByOne = 1
  const readLine = (bytes: Uint8Array, start: number, end: number): void => {
    line++
    const stop = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end
    if (stop > start) read(bytes, start, stop, line)
  }
  /** Reads the line that begins here; there is an end of line behind it. A short loop of its own, which compilers like. */
  const nextLine = (bytes: Uint8Array, start: number): number => {
    if (oneByOne > 0) oneByOne--
    const next = readQuickly(bytes, start)
    if (next >= 0) {
      line++
      return next
    }
    let end = start
    while (bytes[end] !== newline) end++
    readLine(bytes, start, end)
    return end + 1
  }
  const nextLines = (bytes: Uint8Array, start: number, stop: number): number => {
    const { rows, next } = readMany!(bytes, start, stop)
    line += rows
    patience = rows > 0 ? 1 : Math.min(mostPatience, 2 * patience)
    if (next < stop) oneByOne = patience
    return next
  }
  const refuse = (): never => {
    throw new UserError({
      message: `a line of more than ${longestLine} bytes`,
      at: { file, line: line + 1 },
      hint: 'is this a text format? --format names it',
    })
  }
  return {
    push(chunk) {
      let start = 0
      if (rest.length > 0) {
        const end = chunk.indexOf(newline)
        const tail = chunk.subarray(0, end < 0 ? chunk.length : end)
        if (rest.length + tail.length > longestLine) refuse()
        const joined = new Uint8Array(rest.length + tail.length)
        joined.set(rest)
        joined.set(tail, rest.length)
        if (end < 0) {
          rest = joined
          return
        }
        readLine(joined, 0, joined.length)
        rest = new Uint8Array(0)
        start = end + 1
      }
      const stop = chunk.lastIndexOf(newline) + 1
      const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length)
      while (start < stop) start = readMany && oneByOne === 0 ? nextLines(bytes, start, stop) : nextLine(bytes, start)
      rest = bytes.slice(start)
      if (rest.length > longestLine) refuse()
    },
    end() {
      if (rest.length > 0) readLine(rest, 0, rest.length)
      rest = new Uint8Array(0)
    },
  }
}

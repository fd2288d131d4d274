import { blockRows, blockSizesAt, keysAt, numberRows, secondsAt, windowAt } from './numbering'

// Rows of text whose columns are plain decimal numbers, read in one pass over their bytes. It is the quick twin of the reader in
// traffic/traces/plain-row: a row that is anything else is left to the readers that know more.

const digit0: u32 = 48
const newline: u32 = 10
const carriageReturn: u32 = 13
const point: u32 = 46

/** The column that was read last: its digits as a number, and where it ended. */
let value: u64 = 0
let stopped: usize = 0
let read: u32 = 0

/** Rows that were read the last time. */
export function plainRowsRead(): u32 {
  return read
}

/** Reads up to 18 digits; answers how many there were. */
@inline
function readDigits(from: usize): u32 {
  let at = from
  let sum: u64 = 0
  let digit = (load<u8>(at) as u32) - digit0
  while (digit <= 9 && at < from + 18) {
    sum = sum * 10 + digit
    digit = (load<u8>(++at) as u32) - digit0
  }
  value = sum
  stopped = at
  return (at - from) as u32
}

/**
 * Numbers the rows of the window from a byte on up to another, before which a line ends. Columns are counted from 0, and -1 is one that
 * the trace lacks. Answers where it stopped: at the end, or before a row that must be read with more care.
 */
export function numberPlainRows(from: u32, to: u32, time: i32, id: i32, size: i32, separator: u32): u32 {
  const window = windowAt()
  const need = max<i32>(time, max<i32>(id, size))
  const end = window + to
  let start = window + from
  let rows: u32 = 0
  read = 0
  while (start < end) {
    let at = start
    let seconds: f64 = 0
    let bytes: u64 = 1
    let key: u64 = 0
    let isPlain = false
    for (let column: i32 = 0; ; column++) {
      const first = at
      let digits = readDigits(at)
      at = stopped
      const number = value
      if (digits == 0) break
      if (column == id) {
        if (digits > 1 && (load<u8>(first) as u32) == digit0) break
        key = number
      } else if (column == size) {
        if (number > 0xffffffff) break
        bytes = number
      } else if (column == time) {
        if (digits > 15) break
        seconds = number as f64
        if ((load<u8>(at) as u32) == point) {
          const decimals = readDigits(at + 1)
          if (digits + decimals > 14) break
          let scale: f64 = 1
          for (let power: u32 = 0; power < decimals; power++) scale *= 10
          seconds = ((number as f64) * scale + (value as f64)) / scale
          at = stopped
        }
      }
      const letter = load<u8>(at) as u32
      if (letter == separator) at++
      else {
        if (letter == carriageReturn && (load<u8>(at + 1) as u32) == newline) at++
        isPlain = (load<u8>(at) as u32) == newline && column >= need
        break
      }
      if (column == need) {
        while ((load<u8>(at) as u32) != newline) at++
        isPlain = true
        break
      }
    }
    if (!isPlain) break
    store<u64>(keysAt() + ((rows as usize) << 3), key)
    store<u32>(blockSizesAt() + ((rows as usize) << 2), bytes as u32)
    store<f64>(secondsAt() + ((rows as usize) << 3), unixSeconds(seconds))
    start = at + 1
    read++
    if (++rows == blockRows) {
      numberRows(rows)
      rows = 0
    }
  }
  numberRows(rows)
  return (start - window) as u32
}

/** A moment as seconds, as `unixSeconds` in traffic: since 1973 its size says whether it is in seconds, milli-, micro- or nanoseconds. */
@inline
function unixSeconds(time: f64): f64 {
  if (time < 1e11) return time
  if (time < 1e14) return time / 1e3
  return time < 1e17 ? time / 1e6 : time / 1e9
}

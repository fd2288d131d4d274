const digit0 = 48
const point = 46
const minus = 45
const mostDigits = 15

/** A whole number of at most 15 digits in bytes, or -1 when it is none. */
export function parseWhole(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > mostDigits) return -1
  let value = 0
  for (let index = start; index < end; index++) {
    const digit = bytes[index]! - digit0
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

const powersOfTen = Float64Array.from({ length: mostDigits + 1 }, (_, exponent) => 10 ** exponent)

/** Any number in bytes, or NaN. Decimals of at most 15 digits are read without a string: both parts of the division are exact. */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] === minus ? start + 1 : start
  if (end > first && end - first <= mostDigits) {
    let value = 0
    let decimals = -1
    let index = first
    for (; index < end; index++) {
      const digit = bytes[index]! - digit0
      if (digit >= 0 && digit <= 9) value = value * 10 + digit
      else if (bytes[index] === point && decimals < 0) decimals = end - index - 1
      else break
    }
    if (index === end && end - first > (decimals < 0 ? 0 : 1)) {
      const size = decimals > 0 ? value / powersOfTen[decimals]! : value
      return first === start ? size : -size
    }
  }
  const text = textOf(bytes, start, end).trim()
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
}

const decoder = new TextDecoder()

export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end))
}

/** A moment as seconds: since 1973 a number says by its size whether it is in seconds, milli-, micro- or nanoseconds of Unix time. */
export function unixSeconds(value: number): number {
  if (value < 1e11) return value
  if (value < 1e14) return value / 1e3
  return value < 1e17 ? value / 1e6 : value / 1e9
}

/** Halves of the id that was read last, as signed numbers: an object id has 64 bits. */
export const idHalves = { low: 0, high: 0 }

/**
 * Reads an object id into `idHalves`: a decimal number below 10^19 as it is, anything else as a hash of 64 bits, whose halves are
 * FNV-1a from two starts. Two of ten million names share a hash once in four hundred thousand traces.
 */
export function parseId(bytes: Uint8Array, start: number, end: number): void {
  const isCanonical = bytes[start] !== digit0 || end - start === 1
  const value = isCanonical ? parseWhole(bytes, start, end) : -1
  if (value >= 0) {
    idHalves.low = value | 0
    idHalves.high = (value / 4_294_967_296) | 0
  } else if (!isCanonical || end - start > 19 || !parseLongId(bytes, start, end)) hashId(bytes, start, end)
}

/** 16 to 19 digits, digit by digit in two halves; false when it is no number. */
function parseLongId(bytes: Uint8Array, start: number, end: number): boolean {
  let low = 0
  let high = 0
  for (let index = start; index < end; index++) {
    const digit = bytes[index]! - digit0
    if (digit < 0 || digit > 9) return false
    const product = low * 10 + digit
    low = product >>> 0
    high = (Math.imul(high, 10) + Math.floor(product / 4_294_967_296)) >>> 0
  }
  idHalves.low = low | 0
  idHalves.high = high | 0
  return end > start
}

function hashId(bytes: Uint8Array, start: number, end: number): void {
  let low = 0x811c9dc5 | 0
  let high = 0xcbf29ce4 | 0
  for (let index = start; index < end; index++) {
    low = Math.imul(low ^ bytes[index]!, 0x01000193)
    high = Math.imul(high ^ bytes[index]!, 0x01000193) ^ (high >>> 15)
  }
  idHalves.low = low
  idHalves.high = high
}

const encoder = new TextEncoder()

/** The same for a name that is a string. */
export function parseName(name: string): void {
  const bytes = encoder.encode(name)
  parseId(bytes, 0, bytes.length)
}

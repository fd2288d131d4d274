const digit0 = 48
const digit9 = 57

/** A whole number of at most 15 digits in bytes, or -1 when it is none. */
export function parseWhole(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > 15) return -1
  let value = 0
  for (let index = start; index < end; index++) {
    const digit = bytes[index]! - digit0
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** Any number in bytes, or NaN. */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  const whole = parseWhole(bytes, start, end)
  if (whole >= 0) return whole
  const text = textOf(bytes, start, end).trim()
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
}

export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, end))
}

/** Halves of the id that was read last; an object id has 64 bits. */
export const idHalves = { low: 0, high: 0 }

/**
 * Reads an object id into `idHalves`: a decimal number below 2^64 as it is, anything else as a hash of 64 bits, whose halves are
 * FNV-1a from two starts. Two of ten million names share a hash once in four hundred thousand traces.
 */
export function parseId(bytes: Uint8Array, start: number, end: number): void {
  let low = 0
  let high = 0
  let isNumber = end > start && end - start <= 19
  for (let index = start; index < end && isNumber; index++) {
    const digit = bytes[index]!
    if (digit < digit0 || digit > digit9) isNumber = false
    else {
      const product = low * 10 + (digit - digit0)
      low = product >>> 0
      high = (Math.imul(high, 10) + Math.floor(product / 4_294_967_296)) >>> 0
    }
  }
  if (!isNumber) {
    low = 0x811c9dc5
    high = 0xcbf29ce4
    for (let index = start; index < end; index++) {
      low = Math.imul(low ^ bytes[index]!, 0x01000193)
      high = Math.imul(high ^ bytes[index]!, 0x01000193) ^ (high >>> 15)
    }
  }
  idHalves.low = low >>> 0
  idHalves.high = high >>> 0
}

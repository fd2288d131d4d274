import type { LogRow } from './log-row.ts'

const prime = 0x01000193
const slash = 47

/** A hash of 64 bits that grows byte by byte: FNV-1a from two starts, the same as trace readers give to names. */
export interface NameHash {
  low: number
  high: number
}

export function beginName(hash: NameHash, seedLow = 0, seedHigh = 0): void {
  hash.low = (0x811c9dc5 ^ seedLow) | 0
  hash.high = (0xcbf29ce4 ^ seedHigh) | 0
}

export function addByte(hash: NameHash, byte: number): void {
  hash.low = Math.imul(hash.low ^ byte, prime)
  hash.high = Math.imul(hash.high ^ byte, prime) ^ (hash.high >>> 15)
}

export function addBytes(hash: NameHash, bytes: Uint8Array, start: number, end: number): void {
  let { low, high } = hash
  for (let index = start; index < end; index++) {
    low = Math.imul(low ^ bytes[index]!, prime)
    high = Math.imul(high ^ bytes[index]!, prime) ^ (high >>> 15)
  }
  hash.low = low
  hash.high = high
}

const encoder = new TextEncoder()
let scratch = new Uint8Array(1 << 12)

export function addText(hash: NameHash, text: string): void {
  if (3 * text.length > scratch.length) scratch = new Uint8Array(6 * text.length)
  addBytes(hash, scratch, 0, encoder.encodeInto(text, scratch).written)
}

/** Random bits that make hashes of addresses worthless to everybody else. They live as long as the program. */
export interface Salt {
  low: number
  high: number
}

const shared: NameHash = { low: 0, high: 0 }

/** Puts the salted hash of an address into a row. */
export function setVisitor(row: LogRow, address: string, salt: Salt): void {
  if (address === '' || address === '-') {
    row.visitorLow = 0
    row.visitorHigh = 0
    return
  }
  beginName(shared, salt.low, salt.high)
  addText(shared, address)
  row.visitorLow = shared.low
  row.visitorHigh = shared.high | 1
}

/**
 * Puts the name of what a request is for into a row. GET and HEAD are for the same object; with another method the same target is another
 * one. The host is without its port; without `withQuery` all queries of a path are one object.
 */
export function setObject(row: LogRow, method: string, host: string, target: string, withQuery: boolean): void {
  beginName(shared)
  if (method !== 'GET' && method !== 'HEAD' && method !== '') addText(shared, `${method} `)
  addText(shared, host)
  const cut = withQuery ? -1 : target.indexOf('?')
  const path = cut < 0 ? target : target.slice(0, cut)
  if (path.charCodeAt(0) !== slash && host !== '') addByte(shared, slash)
  addText(shared, path)
  row.idLow = shared.low
  row.idHigh = shared.high
}

const codes = new Map<string, string>()
/** Servers may have thousands of names; what is more is looked at each time. */
const mostCodes = 1 << 14

/** The airport code in a PoP's name such as `FRA56-P1`, `fra` or `cache-fra19127-FRA`; '' when there is none. */
export function popCode(name: string): string {
  let code = codes.get(name)
  if (code === undefined) {
    code = findCode(name)
    if (codes.size < mostCodes) codes.set(name, code)
  }
  return code
}

function findCode(name: string): string {
  const last = name.slice(name.lastIndexOf('-') + 1)
  if (/^cache-/i.test(name) && /^[A-Za-z]{3}$/.test(last)) return last.toUpperCase()
  const found = /^[A-Za-z]{3}(?![A-Za-z])/.exec(name)
  return found ? found[0].toUpperCase() : ''
}

import type { AttributeValue, Item } from './attribute-value.ts'
import { parseDecimal } from './decimal.ts'

/** The greatest item, names and values together. Source: Amazon DynamoDB Developer Guide, "Quotas: items". */
export const greatestItemBytes = 400 * 1024

/** The size of an item as it is metered. Source: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats". */
export function itemBytes(item: Item): number {
  let bytes = 0
  for (const name of Object.keys(item)) bytes += utf8Bytes(name) + valueBytes(item[name]!)
  return bytes
}

/** What a map or list costs besides its members, and each of those. */
const containerBytes = 3
const memberBytes = 1

export function valueBytes(value: AttributeValue): number {
  if ('S' in value) return utf8Bytes(value.S)
  if ('N' in value) return numberBytes(value.N)
  if ('B' in value) return base64Bytes(value.B)
  if ('SS' in value) return sum(value.SS, utf8Bytes)
  if ('NS' in value) return sum(value.NS, numberBytes)
  if ('BS' in value) return sum(value.BS, base64Bytes)
  if ('L' in value) return containerBytes + sum(value.L, member => memberBytes + valueBytes(member))
  if ('M' in value) return containerBytes + itemBytes(value.M) + memberBytes * Object.keys(value.M).length
  return 1
}

/** About a byte for two digits, one more for the exponent and one for a minus; zeros before and behind are not kept. */
function numberBytes(text: string): number {
  const number = parseDecimal(text)
  if (number === undefined || number.sign === 0) return 1
  const { digits, exponent, sign } = number
  const isOdd = Math.abs(exponent - digits.length + 1) % 2
  return Math.ceil((digits.length + isOdd) / 2) + 1 + (sign < 0 ? 1 : 0)
}

function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return Math.floor((text.length * 3) / 4) - padding
}

export function utf8Bytes(text: string): number {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2
  }
  return bytes
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  let total = 0
  for (const value of values) total += of(value)
  return total
}

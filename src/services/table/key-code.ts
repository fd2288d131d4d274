import { createHash } from 'node:crypto'
import { type AttributeValue, attributeOf, type Item, typeOf } from '../../backend/attribute-value.ts'
import { parseDecimal, sortCode } from '../../backend/decimal.ts'
import { invalid } from './failure.ts'

/** The names and types of the one or two attributes that are a key. */
export interface KeySchema {
  hash: string
  range: string | undefined
}

/** What ends each part of a code; lower than all that a part holds. */
const terminator = '\u0000'

/** A text whose order is that of values of one type. Bytes are shifted by one, so that none is the terminator. */
export function codeOf(value: AttributeValue): string {
  if ('N' in value) return sortCode(parseDecimal(value.N)!)
  const bytes = 'S' in value ? Buffer.from(value.S) : Buffer.from((value as { B: string }).B, 'base64')
  let code = ''
  for (const byte of bytes) code += String.fromCharCode(byte + 1)
  return code
}

/** Where the partition of a hash key begins in a table: its place on the ring, then the key itself. */
export function partitionCode(hash: AttributeValue): string {
  const code = codeOf(hash)
  return createHash('md5').update(code).digest('hex').slice(0, 8) + code + terminator
}

/** The place of an item in a table's order. */
export function keyCode(item: Item, { hash, range }: KeySchema): string {
  const partition = partitionCode(item[hash]!)
  return range === undefined ? partition : partition + codeOf(item[range]!) + terminator
}

/** A segment's share of the ring, as codes; the last one has no end. */
export function segmentCodes(segment: number, segments: number): { from: string; to: string | undefined } {
  const border = (index: number): string =>
    Math.floor((index * 2 ** 32) / segments)
      .toString(16)
      .padStart(8, '0')
  return { from: border(segment), to: segment + 1 === segments ? undefined : border(segment + 1) }
}

const greatestHashBytes = 2048
const greatestRangeBytes = 1024

/** Checks that a key attribute of an item has the type, and a size, that a key may have. Throws ValidationException. */
export function checkKeyAttribute(
  item: Item,
  name: string,
  type: string,
  isHash: boolean,
  wrongType: (actual: string) => string,
): void {
  const value = attributeOf(item, name)!
  if (typeOf(value) !== type) throw invalid(wrongType(typeOf(value)))
  checkKeySize(value, name, isHash)
}

export function checkKeySize(value: AttributeValue, name: string, isHash: boolean, index?: string): void {
  const bytes = 'S' in value ? Buffer.byteLength(value.S) : 'B' in value ? Buffer.from(value.B, 'base64').length : 1
  if (bytes === 0)
    throw invalid(
      index === undefined
        ? `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${'S' in value ? 'string' : 'binary'} value. Key: ${name}`
        : `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${'S' in value ? 'string' : 'binary'} value. IndexName: ${index}, IndexKey: ${name}`,
    )
  const most = isHash ? greatestHashBytes : greatestRangeBytes
  if (bytes > most)
    throw invalid(
      `One or more parameter values were invalid: Size of ${isHash ? 'hashkey' : 'rangekey'} has exceeded the maximum size limit of ${most} bytes`,
    )
}

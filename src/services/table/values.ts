import { type AttributeValue, contentOf, emptyItem, type Item, typeOf } from '../../backend/attribute-value.ts'
import {
  compareDecimals,
  type Decimal,
  formatDecimal,
  greatestExponent,
  leastExponent,
  mostDigits,
  parseDecimal,
} from '../../backend/decimal.ts'
import { compareUtf8 } from '../../lib/sorted-map.ts'
import { invalid } from './failure.ts'

/** Below, at or above 0; undefined when the two are not of one type that has an order. */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if ('S' in a && 'S' in b) return compareUtf8(a.S, b.S)
  if ('N' in a && 'N' in b) return compareDecimals(parseDecimal(a.N)!, parseDecimal(b.N)!)
  if ('B' in a && 'B' in b) return Buffer.compare(Buffer.from(a.B, 'base64'), Buffer.from(b.B, 'base64'))
  return undefined
}

/** Equal as DynamoDB sees it: numbers by value, sets in any order. Numbers are normal already. */
export function equalValues(a: AttributeValue, b: AttributeValue): boolean {
  const type = typeOf(a)
  if (type !== typeOf(b)) return false
  if ('M' in a && 'M' in b) {
    const names = Object.keys(a.M)
    return (
      names.length === Object.keys(b.M).length &&
      names.every(name => Object.hasOwn(b.M, name) && equalValues(a.M[name]!, b.M[name]!))
    )
  }
  if ('L' in a && 'L' in b)
    return a.L.length === b.L.length && a.L.every((member, index) => equalValues(member, b.L[index]!))
  if (type === 'SS' || type === 'NS' || type === 'BS') {
    const others = new Set(contentOf(b) as string[])
    const members = contentOf(a) as string[]
    return members.length === others.size && members.every(member => others.has(member))
  }
  return contentOf(a) === contentOf(b)
}

/** A value as messages write it: `{S:text}`. */
export function describeValue(value: AttributeValue): string {
  const content = contentOf(value)
  if (Array.isArray(content))
    return `{${typeOf(value)}:[${content.map(member => (typeof member === 'object' ? describeValue(member) : String(member))).join(', ')}]}`
  if ('M' in value)
    return `{M:{${Object.keys(value.M)
      .map(name => `${name}=${describeValue(value.M[name]!)}`)
      .join(', ')}}}`
  return `{${typeOf(value)}:${content}}`
}

/** How deep lists and maps may nest. Source: Amazon DynamoDB Developer Guide, "Quotas: nested attribute depth". */
const deepest = 32
const types = new Set(['S', 'N', 'B', 'SS', 'NS', 'BS', 'M', 'L', 'NULL', 'BOOL'])

/** A copy of an item with its values checked and its numbers in normal form. Throws ValidationException as DynamoDB words it. */
export function checkedItem(item: Readonly<Item>, depth = 0): Item {
  const checked = emptyItem()
  for (const name of Object.keys(item)) checked[name] = checkedValue(item[name]!, depth)
  return checked
}

export function checkedValue(value: AttributeValue, depth = 0): AttributeValue {
  if (depth > deepest) throw invalid('Nesting Levels have exceeded supported limits')
  const names = Object.keys(value).filter(name => types.has(name))
  if (names.length === 0)
    throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes')
  if (names.length > 1)
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    )
  if ('N' in value) return { N: checkedNumber(value.N) }
  if ('NULL' in value) {
    if (!value.NULL)
      throw invalid('One or more parameter values were invalid: Null attribute value types must have the value of true')
    return value
  }
  if ('SS' in value) return { SS: checkedSet(value.SS, 'An string set  may not be empty') }
  if ('BS' in value) return { BS: checkedSet(value.BS, 'Binary sets should not be empty') }
  if ('NS' in value) {
    if (value.NS.length === 0)
      throw invalid('One or more parameter values were invalid: An number set  may not be empty')
    return { NS: checkedSet(value.NS.map(checkedNumber), '') }
  }
  if ('L' in value) return { L: value.L.map(member => checkedValue(member, depth + 1)) }
  if ('M' in value) return { M: checkedItem(value.M, depth + 1) }
  return value
}

function checkedSet(members: string[], whenEmpty: string): string[] {
  if (members.length === 0) throw invalid(`One or more parameter values were invalid: ${whenEmpty}`)
  if (new Set(members).size < members.length)
    throw invalid(
      `One or more parameter values were invalid: Input collection [${members.join(', ')}] contains duplicates.`,
    )
  return members
}

/** A number in normal form. Throws for what is no number or beyond the limits. */
export function checkedNumber(text: string): string {
  const number = parseDecimal(text.trim())
  if (number === undefined)
    throw invalid(
      text === ''
        ? 'The parameter cannot be converted to a numeric value'
        : `The parameter cannot be converted to a numeric value: ${text}`,
    )
  if (number.sign === 0) return '0'
  if (number.exponent > greatestExponent)
    throw invalid('Number overflow. Attempting to store a number with magnitude larger than supported range')
  if (number.exponent < leastExponent)
    throw invalid('Number underflow. Attempting to store a number with magnitude smaller than supported range')
  if (number.digits.length > mostDigits)
    throw invalid('Attempting to store more than 38 significant digits in a Number')
  return formatDecimal(number)
}

/** A number that was reckoned, in normal form and within the limits. */
export function formatChecked(number: Decimal): string {
  return checkedNumber(formatDecimal(number))
}

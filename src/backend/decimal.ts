/**
 * A decimal number with up to 38 digits: `sign` times `digits` read as one digit, a point and the rest, times ten to the `exponent`. Digits neither
 * begin nor end with a zero; zero has none.
 */
export interface Decimal {
  sign: -1 | 0 | 1
  digits: string
  exponent: number
}

const zero: Decimal = { sign: 0, digits: '', exponent: 0 }

/** The greatest and the least exponent, and the most digits. Source: Amazon DynamoDB Developer Guide, "Data types: number". */
export const greatestExponent = 125
export const leastExponent = -130
export const mostDigits = 38

/** Reads a number as people and machines write it; undefined when it is none. Limits are not checked. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/.exec(text)
  if (match === null) return undefined
  const whole = match[2]!
  const fraction = match[3] ?? ''
  if (whole === '' && fraction === '') return undefined
  const all = whole + fraction
  const first = all.search(/[1-9]/)
  if (first < 0) return zero
  const digits = all.slice(first).replace(/0+$/, '')
  return { sign: match[1] === '-' ? -1 : 1, digits, exponent: whole.length - 1 - first + Number(match[4] ?? 0) }
}

/** The number without an exponent, as DynamoDB gives it back. */
export function formatDecimal({ sign, digits, exponent }: Decimal): string {
  if (sign === 0) return '0'
  const minus = sign < 0 ? '-' : ''
  if (exponent < 0) return `${minus}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const fraction = digits.slice(exponent + 1)
  return minus + whole + (fraction === '' ? '' : `.${fraction}`)
}

/** Below, at or above 0 as the first number is less, equal or greater. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.sign !== b.sign) return a.sign - b.sign
  if (a.exponent !== b.exponent) return a.sign * (a.exponent - b.exponent)
  return a.digits === b.digits ? 0 : a.digits < b.digits ? -a.sign : a.sign
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const lowest = Math.min(lastPlace(a), lastPlace(b))
  return fromInteger(toInteger(a, lowest) + toInteger(b, lowest), lowest)
}

export function negateDecimal(a: Decimal): Decimal {
  return { ...a, sign: (a.sign === 0 ? 0 : -a.sign) as Decimal['sign'] }
}

/** The power of ten of the last digit. */
function lastPlace({ digits, exponent }: Decimal): number {
  return digits === '' ? 0 : exponent - digits.length + 1
}

function toInteger(number: Decimal, place: number): bigint {
  if (number.sign === 0) return 0n
  return BigInt(number.sign) * BigInt(number.digits) * 10n ** BigInt(lastPlace(number) - place)
}

function fromInteger(value: bigint, place: number): Decimal {
  if (value === 0n) return zero
  const all = (value < 0n ? -value : value).toString()
  return { sign: value < 0n ? -1 : 1, digits: all.replace(/0+$/, ''), exponent: all.length - 1 + place }
}

/**
 * A text whose order is that of the numbers: sign, exponent and digits, for negative numbers all turned round. Where one text begins another,
 * what ends it must be lower than a digit.
 */
export function sortCode({ sign, digits, exponent }: Decimal): string {
  if (sign === 0) return '1'
  const power = String(exponent + 500).padStart(3, '0')
  if (sign > 0) return `2${power}${digits}`
  return `0${turned(power)}${turned(digits)}:`
}

function turned(digits: string): string {
  return digits.replace(/\d/g, digit => String(9 - Number(digit)))
}

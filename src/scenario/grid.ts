import { UserError } from '../lib/user-error.ts'

/** One dimension of a grid: a key of the scenario and the values that it takes, as written. */
export interface Axis {
  key: string
  values: string[]
}

/** One point of a grid: `key=value` for each axis, as `--set` takes them. */
export type Assignment = { key: string; value: string }[]

const longestRange = 100_000

/**
 * Reads `edge.policy=lru,s3-fifo` or `seed=1..10`: values apart by commas, whole numbers also as a range.
 * Commas inside brackets, braces and quotes belong to a value. Throws UserError.
 */
export function parseAxis(text: string): Axis {
  const cut = text.indexOf('=')
  if (cut < 1)
    throw new UserError({
      message: `--grid ${text}: a grid is written key=value,value`,
      hint: 'for instance seed=1..10',
    })
  const key = text.slice(0, cut).trim()
  const values = splitValues(text.slice(cut + 1)).flatMap(value => expandRange(value, text))
  if (values.length === 0 || values.some(value => value === ''))
    throw new UserError({ message: `--grid ${text}: an empty value` })
  return { key, values: [...new Set(values)] }
}

/** All points of the axes' product: the last axis turns fastest. No axis gives one point, the scenario itself. */
export function expandGrid(axes: readonly Axis[]): Assignment[] {
  const twice = axes.find((axis, index) => axes.some((other, place) => place < index && other.key === axis.key))
  if (twice) throw new UserError({ message: `--grid ${twice.key} is given twice`, hint: 'list all its values in one' })
  let points: Assignment[] = [[]]
  for (const { key, values } of axes) points = points.flatMap(point => values.map(value => [...point, { key, value }]))
  return points
}

function splitValues(text: string): string[] {
  const values: string[] = []
  let depth = 0
  let quote = ''
  let start = 0
  for (let index = 0; index < text.length; index++) {
    const letter = text[index]!
    if (quote !== '') {
      if (letter === quote) quote = ''
    } else if (letter === '"' || letter === "'") quote = letter
    else if (letter === '[' || letter === '{') depth++
    else if (letter === ']' || letter === '}') depth--
    else if (letter === ',' && depth === 0) {
      values.push(text.slice(start, index).trim())
      start = index + 1
    }
  }
  values.push(text.slice(start).trim())
  return values
}

function expandRange(value: string, text: string): string[] {
  const match = /^(-?\d+)\.\.(-?\d+)$/.exec(value)
  if (!match) return [value]
  const [first, last] = [Number(match[1]), Number(match[2])]
  const count = Math.abs(last - first) + 1
  if (count > longestRange)
    throw new UserError({ message: `--grid ${text}: ${count} values in one range`, hint: `at most ${longestRange}` })
  const step = last < first ? -1 : 1
  return Array.from({ length: count }, (_, index) => String(first + step * index))
}

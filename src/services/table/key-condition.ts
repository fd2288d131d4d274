import { type AttributeValue, typeOf } from '../../backend/attribute-value.ts'
import type { Condition, Operand } from './expression.ts'
import { wrongExpression } from './expression-context.ts'
import { invalid } from './failure.ts'
import { checkKeySize, type KeySchema } from './key-code.ts'
import type { TableFacts } from './table-schema.ts'

/** What a query asks of the two parts of a key. */
export interface KeyCondition {
  hash: AttributeValue
  /** Undefined when every range key will do. */
  range: Condition | undefined
}

/** Takes a condition apart into what it says of the key. Throws ValidationException for what no query can do. */
export function keyConditionOf(
  condition: Condition,
  key: KeySchema,
  { types }: TableFacts,
  isLegacy: boolean,
): KeyCondition {
  const parts =
    condition.kind === 'and'
      ? condition.parts.flatMap(part => (part.kind === 'and' ? part.parts : [part]))
      : [condition]
  const byName = new Map<string, Condition>()
  for (const part of parts) {
    const name = nameOf(part, isLegacy)
    if (byName.has(name))
      throw isLegacy
        ? invalid('Conditions must be of length 1 or 2')
        : wrongExpression('KeyConditionExpression', 'KeyConditionExpressions must only contain one condition per key')
    byName.set(name, part)
  }
  if (byName.size > 2) throw invalid('Conditions can be of length 1 or 2 only')
  const missed = [key.hash, ...(byName.size > 1 && key.range !== undefined ? [key.range] : [])].find(
    name => !byName.has(name),
  )
  if (missed !== undefined) throw invalid(`Query condition missed key schema element: ${missed}`)
  if (byName.size > 1 && key.range === undefined) throw invalid('Query key condition not supported')
  const hash = byName.get(key.hash)!
  if (hash.kind !== 'compare' || hash.operator !== '=' || hash.right.kind !== 'value')
    throw invalid('Query key condition not supported')
  const range = key.range === undefined ? undefined : byName.get(key.range)
  if (range?.kind === 'compare' && range.operator === '<>')
    throw isLegacy
      ? invalid('Attempted conditional constraint is not an indexable operation')
      : invalid('Query key condition not supported')
  checkType(hash, types[key.hash]!)
  if (range !== undefined) checkType(range, types[key.range!]!)
  checkKeySize(hash.right.value, key.hash, true)
  return { hash: hash.right.value, range }
}

/** The attribute that a part is about. */
function nameOf(part: Condition, isLegacy: boolean): string {
  const refuse = (what: string): Error =>
    isLegacy
      ? invalid('Attempted conditional constraint is not an indexable operation')
      : wrongExpression('KeyConditionExpression', `Invalid operator used in KeyConditionExpression: ${what}`)
  switch (part.kind) {
    case 'or':
    case 'not':
    case 'in':
      throw refuse(part.kind.toUpperCase())
    case 'function':
      if (part.name !== 'begins_with') throw refuse(part.name)
      return pathName(part.operands[0]!, part.operands[1])
    case 'between':
      return pathName(part.value, part.low)
    case 'compare':
      if (part.operator === '<>') throw refuse('<>')
      turn(part)
      return pathName(part.left, part.right)
    case 'and':
      throw invalid('Query key condition not supported')
  }
}

const mirrored = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

/** Writes `:value < name` the other way round. */
function turn(part: Extract<Condition, { kind: 'compare' }>): void {
  if (part.left.kind !== 'value' || part.right.kind !== 'path') return
  const { left, right } = part
  part.left = right
  part.right = left
  part.operator = mirrored[part.operator]
}

function pathName(left: Operand, right: Operand | undefined): string {
  if (left.kind === 'path' && right?.kind === 'value') {
    if (left.path.length > 1)
      throw wrongExpression(
        'KeyConditionExpression',
        'KeyConditionExpressions cannot have conditions on nested attributes',
      )
    return left.path[0] as string
  }
  if (left.kind === 'size' || right?.kind === 'size')
    throw wrongExpression('KeyConditionExpression', 'KeyConditionExpressions cannot contain nested operations')
  throw wrongExpression(
    'KeyConditionExpression',
    left.kind === 'path'
      ? 'KeyConditionExpressions must be of the form attribute operator value'
      : 'No key attribute is given',
  )
}

function checkType(condition: Condition, type: string): void {
  const operands =
    condition.kind === 'compare'
      ? [condition.right]
      : condition.kind === 'between'
        ? [condition.low, condition.high]
        : condition.kind === 'function'
          ? condition.operands.slice(1)
          : []
  for (const operand of operands)
    if (operand.kind === 'value' && typeOf(operand.value) !== type)
      throw invalid('One or more parameter values were invalid: Condition parameter type does not match schema type')
}

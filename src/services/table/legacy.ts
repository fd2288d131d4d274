import { type AttributeValue, typeOf } from '../../backend/attribute-value.ts'
import type { Condition, Operand, PathOperand, Update } from './expression.ts'
import { invalid } from './failure.ts'
import type { AttributeUpdate, ExpectedAttribute, LegacyCondition } from './inputs.ts'
import { checkedValue, compareValues } from './values.ts'

// The parameters that came before expressions, read into the same trees. Source: Amazon DynamoDB Developer Guide, "Legacy conditional parameters".

const operandCounts: Record<string, [least: number, most: number]> = {
  EQ: [1, 1], NE: [1, 1], LE: [1, 1], LT: [1, 1], GE: [1, 1], GT: [1, 1], NOT_NULL: [0, 0], NULL: [0, 0], CONTAINS: [1, 1], NOT_CONTAINS: [1, 1], BEGINS_WITH: [1, 1], IN: [1, 100], BETWEEN: [2, 2],
} // biome-ignore format: a table
const comparators = { EQ: '=', NE: '<>', LE: '<=', LT: '<', GE: '>=', GT: '>' } as const

/** QueryFilter, ScanFilter and KeyConditions. */
export function conditionOfFilters(filters: Readonly<Record<string, LegacyCondition>>, operator = 'AND'): Condition {
  const parts = Object.entries(filters).map(([name, { ComparisonOperator, AttributeValueList }]) =>
    comparison(name, ComparisonOperator, AttributeValueList ?? []),
  )
  return join(parts, operator)
}

/** Expected. */
export function conditionOfExpected(
  expected: Readonly<Record<string, ExpectedAttribute>>,
  operator = 'AND',
): Condition {
  const parts = Object.entries(expected).map(
    ([name, { Value, Exists, ComparisonOperator, AttributeValueList }]): Condition => {
      if (ComparisonOperator !== undefined) {
        if (Exists !== undefined) throw wrongExpected('Exists and ComparisonOperator cannot be used together', name)
        if (Value !== undefined && AttributeValueList !== undefined)
          throw wrongExpected('Value and AttributeValueList cannot be used together', name)
        return comparison(name, ComparisonOperator, Value === undefined ? (AttributeValueList ?? []) : [Value])
      }
      if (AttributeValueList !== undefined)
        throw wrongExpected('AttributeValueList can only be used with a ComparisonOperator', name)
      if (Exists === false) {
        if (Value !== undefined)
          throw invalid(
            `One or more parameter values were invalid: Value cannot be used when Exists is set to false for Attribute: ${name}`,
          )
        return { kind: 'function', name: 'attribute_not_exists', operands: [pathOf(name)] }
      }
      if (Value === undefined)
        throw invalid(
          `One or more parameter values were invalid: Value must be provided when Exists is ${Exists === undefined ? 'null' : 'true'} for Attribute: ${name}`,
        )
      return { kind: 'compare', operator: '=', left: pathOf(name), right: valueOperand(Value) }
    },
  )
  return join(parts, operator)
}

function wrongExpected(rule: string, name: string): Error {
  return invalid(`One or more parameter values were invalid: ${rule} for Attribute: ${name}`)
}

function join(parts: Condition[], operator: string): Condition {
  return { kind: operator === 'OR' ? 'or' : 'and', parts }
}

function pathOf(name: string): PathOperand {
  return { kind: 'path', path: [name] }
}

function valueOperand(value: AttributeValue): Operand {
  return { kind: 'value', value: checkedValue(value) }
}

function comparison(name: string, operator: string, values: readonly AttributeValue[]): Condition {
  const [least, most] = operandCounts[operator]!
  if (values.length < least || values.length > most)
    throw invalid(
      `One or more parameter values were invalid: Invalid number of argument(s) for the ${operator} ComparisonOperator`,
    )
  const path = pathOf(name)
  const operands = values.map(valueOperand)
  checkTypes(operator, values)
  const [first, second] = operands as [Operand, Operand]
  switch (operator) {
    case 'NULL':
      return { kind: 'function', name: 'attribute_not_exists', operands: [path] }
    case 'NOT_NULL':
      return { kind: 'function', name: 'attribute_exists', operands: [path] }
    case 'CONTAINS':
      return { kind: 'function', name: 'contains', operands: [path, first] }
    case 'NOT_CONTAINS':
      return {
        kind: 'and',
        parts: [
          { kind: 'function', name: 'attribute_exists', operands: [path] },
          { kind: 'not', part: { kind: 'function', name: 'contains', operands: [path, first] } },
        ],
      }
    case 'BEGINS_WITH':
      return { kind: 'function', name: 'begins_with', operands: [path, first] }
    case 'IN':
      return { kind: 'in', value: path, list: operands }
    case 'BETWEEN':
      return { kind: 'between', value: path, low: first, high: second }
  }
  return { kind: 'compare', operator: comparators[operator as keyof typeof comparators], left: path, right: first }
}

function checkTypes(operator: string, values: readonly AttributeValue[]): void {
  const allowed =
    operator === 'BEGINS_WITH'
      ? ['S', 'B']
      : ['LE', 'LT', 'GE', 'GT', 'BETWEEN', 'IN', 'CONTAINS', 'NOT_CONTAINS'].includes(operator)
        ? ['S', 'N', 'B']
        : undefined
  if (allowed === undefined) return
  for (const value of values)
    if (!allowed.includes(typeOf(value)))
      throw invalid(
        `One or more parameter values were invalid: ComparisonOperator ${operator} is not valid for ${typeOf(value)} AttributeValue type`,
      )
  if (operator === 'BETWEEN' && typeOf(values[0]!) !== typeOf(values[1]!))
    throw invalid(
      'One or more parameter values were invalid: AttributeValues inside AttributeValueList must be of same type',
    )
  if (operator === 'BETWEEN' && (compareValues(values[0]!, values[1]!) ?? 0) > 0)
    throw invalid('The BETWEEN condition was provided a range where the lower bound is greater than the upper bound')
}

/** AttributeUpdates. A number or list that ADD meets nowhere begins there; DELETE without a value removes the attribute. */
export function updateOfAttributes(updates: Readonly<Record<string, AttributeUpdate>>): Update {
  const update: Update = { set: [], remove: [], add: [], delete: [] }
  for (const [name, { Value, Action = 'PUT' }] of Object.entries(updates)) {
    const path = [name]
    if (Value === undefined) {
      if (Action !== 'DELETE')
        throw invalid(
          `One or more parameter values were invalid: Only DELETE action is allowed when no attribute value is specified`,
        )
      update.remove.push({ path })
      continue
    }
    const value = checkedValue(Value)
    const type = typeOf(value)
    if (Action === 'PUT') update.set.push({ path, value: { kind: 'value', value } })
    else if (Action === 'DELETE') {
      if (!['SS', 'NS', 'BS'].includes(type))
        throw invalid(
          `One or more parameter values were invalid: DELETE action with value is not supported for the type ${type}`,
        )
      update.delete.push({ path, value })
    } else if (type === 'L')
      update.set.push({
        path,
        value: {
          kind: 'list_append',
          left: { kind: 'if_not_exists', path: pathOf(name), fallback: { kind: 'value', value: { L: [] } } },
          right: { kind: 'value', value },
        },
      })
    else if (['N', 'SS', 'NS', 'BS'].includes(type)) update.add.push({ path, value })
    else throw invalid(`One or more parameter values were invalid: ADD action is not supported for the type ${type}`)
  }
  return update
}

/** AttributesToGet. */
export function pathsOfAttributes(names: readonly string[]): PathOperand[] {
  if (new Set(names).size < names.length)
    throw invalid(
      `One or more parameter values were invalid: Duplicate value in attribute name: ${names.find((name, at) => names.indexOf(name) !== at)}`,
    )
  return names.map(pathOf)
}

/** Throws when parameters of both kinds come in one request. */
export function requireOneStyle(input: object, legacy: readonly string[], expressions: readonly string[]): void {
  const given = (names: readonly string[]): string[] =>
    names.filter(name => (input as Record<string, unknown>)[name] !== undefined)
  const [old, modern] = [given(legacy), given(expressions)]
  if (old.length > 0 && modern.length > 0)
    throw invalid(
      `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${old.join(', ')}} Expression parameters: {${modern.join(', ')}}`,
    )
}

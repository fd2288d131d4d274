import {
  type AttributeValue,
  attributeOf,
  contentOf,
  emptyItem,
  type Item,
  typeOf,
} from '../../backend/attribute-value.ts'
import { utf8Bytes } from '../../backend/item-size.ts'
import type { Condition, Operand, Path, PathOperand } from './expression.ts'
import { compareValues, equalValues } from './values.ts'

/** What stands at a path of an item; undefined when nothing does. */
export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  let value = attributeOf(item, path[0] as string)
  for (let step = 1; step < path.length && value !== undefined; step++) {
    const key = path[step]!
    if (typeof key === 'number') value = 'L' in value ? value.L[key] : undefined
    else value = 'M' in value ? attributeOf(value.M, key) : undefined
  }
  return value
}

function operandOf(operand: Operand, item: Item): AttributeValue | undefined {
  if (operand.kind === 'value') return operand.value
  if (operand.kind === 'path') return valueAt(item, operand.path)
  const of = operandOf(operand.of, item)
  const size = of === undefined ? undefined : sizeOf(of)
  return size === undefined ? undefined : { N: String(size) }
}

/** What `size` says: bytes of a text or binary, members of everything else. */
function sizeOf(value: AttributeValue): number | undefined {
  if ('S' in value) return utf8Bytes(value.S)
  if ('B' in value) return Buffer.from(value.B, 'base64').length
  if ('M' in value) return Object.keys(value.M).length
  const content = contentOf(value)
  return Array.isArray(content) ? content.length : undefined
}

/** Whether an item fulfils a condition. A comparison with something that is not there is false, and so is its opposite by `<` and `>`. */
export function holds(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.parts.every(part => holds(part, item))
    case 'or':
      return condition.parts.some(part => holds(part, item))
    case 'not':
      return !holds(condition.part, item)
    case 'compare':
      return compares(condition.operator, operandOf(condition.left, item), operandOf(condition.right, item))
    case 'between': {
      const value = operandOf(condition.value, item)
      return (
        compares('>=', value, operandOf(condition.low, item)) && compares('<=', value, operandOf(condition.high, item))
      )
    }
    case 'in': {
      const value = operandOf(condition.value, item)
      return condition.list.some(candidate => compares('=', value, operandOf(candidate, item)))
    }
    case 'function':
      return holdsFunction(
        condition.name,
        condition.operands.map(operand => operandOf(operand, item)),
      )
  }
}

function compares(operator: string, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  if (operator === '<>') return left === undefined || right === undefined ? left !== right : !equalValues(left, right)
  if (left === undefined || right === undefined) return false
  if (operator === '=') return equalValues(left, right)
  const order = compareValues(left, right)
  if (order === undefined) return false
  return operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0
}

function holdsFunction(name: string, [first, second]: (AttributeValue | undefined)[]): boolean {
  if (name === 'attribute_exists') return first !== undefined
  if (name === 'attribute_not_exists') return first === undefined
  if (first === undefined || second === undefined) return false
  if (name === 'attribute_type') return 'S' in second && typeOf(first) === second.S
  if (name === 'begins_with') return beginsWith(first, second)
  return contains(first, second)
}

export function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if ('S' in value && 'S' in prefix) return value.S.startsWith(prefix.S)
  if (!('B' in value && 'B' in prefix)) return false
  const [bytes, start] = [Buffer.from(value.B, 'base64'), Buffer.from(prefix.B, 'base64')]
  return bytes.subarray(0, start.length).equals(start)
}

export function contains(value: AttributeValue, wanted: AttributeValue): boolean {
  if ('S' in value) return 'S' in wanted && value.S.includes(wanted.S)
  if ('B' in value) return 'B' in wanted && Buffer.from(value.B, 'base64').includes(Buffer.from(wanted.B, 'base64'))
  if ('SS' in value) return 'S' in wanted && value.SS.includes(wanted.S)
  if ('NS' in value) return 'N' in wanted && value.NS.includes(wanted.N)
  if ('BS' in value) return 'B' in wanted && value.BS.includes(wanted.B)
  return 'L' in value && value.L.some(member => equalValues(member, wanted))
}

/** An item with only what stands at some paths. Members of a list move together. */
export function project(item: Item, paths: readonly PathOperand[]): Item {
  const root: Projected = { children: new Map() }
  for (const { path } of paths) {
    if (valueAt(item, path) === undefined) continue
    let node = root
    for (const step of path) {
      const child: Projected = node.children.get(step) ?? { children: new Map() }
      node.children.set(step, child)
      node = child
    }
  }
  const result = emptyItem()
  for (const [name, child] of root.children) result[name as string] = pick(item[name as string]!, child)
  return result
}

interface Projected {
  children: Map<string | number, Projected>
}

function pick(value: AttributeValue, { children }: Projected): AttributeValue {
  if (children.size === 0) return value
  if ('L' in value)
    return {
      L: [...children]
        .sort(([a], [b]) => (a as number) - (b as number))
        .map(([at, child]) => pick(value.L[at as number]!, child)),
    }
  const map = emptyItem()
  for (const [name, child] of children) map[name as string] = pick((value as { M: Item }).M[name as string]!, child)
  return { M: map }
}

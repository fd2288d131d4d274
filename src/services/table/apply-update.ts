import {
  type AttributeValue,
  attributeOf,
  copyItem,
  copyValue,
  emptyItem,
  type Item,
  typeOf,
} from '../../backend/attribute-value.ts'
import { addDecimals, negateDecimal, parseDecimal } from '../../backend/decimal.ts'
import { valueAt } from './evaluate.ts'
import type { Path, SetValue, Update } from './expression.ts'
import { invalid } from './failure.ts'
import { formatChecked } from './values.ts'

/** A new item from an old one by an update. All that an update reads is of the old item. Throws ValidationException. */
export function applyUpdate(before: Item, update: Update): Item {
  const after = copyItem(before)
  const values = update.set.map(({ value }) => evaluate(value, before))
  for (const [index, { path }] of update.set.entries()) place(after, path, values[index]!)
  for (const { path, value } of update.add) place(after, path, added(valueAt(before, path), value))
  for (const { path, value } of update.delete) {
    const rest = taken(valueAt(before, path), value)
    if (rest === undefined) remove(after, path)
    else if (rest !== 'nothing there') place(after, path, rest)
  }
  for (const { path } of [...update.remove].sort((a, b) => lastOf(b.path) - lastOf(a.path))) remove(after, path)
  return after
}

/** Positions of a list are removed from behind, so that none moves before its turn. */
function lastOf(path: Path): number {
  const last = path.at(-1)!
  return typeof last === 'number' ? last : -1
}

function evaluate(value: SetValue, item: Item): AttributeValue {
  switch (value.kind) {
    case 'value':
      return copyValue(value.value)
    case 'path': {
      const found = valueAt(item, value.path)
      if (found === undefined)
        throw invalid('The provided expression refers to an attribute that does not exist in the item')
      return copyValue(found)
    }
    case 'if_not_exists': {
      const found = valueAt(item, value.path.path)
      return found === undefined ? evaluate(value.fallback, item) : copyValue(found)
    }
    case 'list_append': {
      const [left, right] = [evaluate(value.left, item), evaluate(value.right, item)]
      if (!('L' in left && 'L' in right)) throw wrongOperand()
      return { L: [...left.L, ...right.L] }
    }
    default: {
      const [left, right] = [evaluate(value.left, item), evaluate(value.right, item)]
      if (!('N' in left && 'N' in right)) throw wrongOperand()
      const second = parseDecimal(right.N)!
      return {
        N: formatChecked(addDecimals(parseDecimal(left.N)!, value.kind === 'plus' ? second : negateDecimal(second))),
      }
    }
  }
}

function wrongOperand(): Error {
  return invalid('An operand in the update expression has an incorrect data type')
}

/** What ADD makes of what was there. */
function added(before: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (before === undefined) return copyValue(value)
  if ('N' in before && 'N' in value)
    return { N: formatChecked(addDecimals(parseDecimal(before.N)!, parseDecimal(value.N)!)) }
  if ('SS' in before && 'SS' in value) return { SS: [...new Set([...before.SS, ...value.SS])] }
  if ('NS' in before && 'NS' in value) return { NS: [...new Set([...before.NS, ...value.NS])] }
  if ('BS' in before && 'BS' in value) return { BS: [...new Set([...before.BS, ...value.BS])] }
  throw wrongOperand()
}

/** What DELETE leaves of a set; undefined when that is nothing. */
function taken(
  before: AttributeValue | undefined,
  value: AttributeValue,
): AttributeValue | undefined | 'nothing there' {
  if (before === undefined) return 'nothing there'
  const type = typeOf(value) as 'SS' | 'NS' | 'BS'
  if (typeOf(before) !== type) throw wrongOperand()
  const gone = new Set((value as Record<typeof type, string[]>)[type])
  const rest = (before as Record<typeof type, string[]>)[type].filter(member => !gone.has(member))
  return rest.length === 0 ? undefined : ({ [type]: rest } as AttributeValue)
}

/** Puts a value at a path whose parent must be there. A position beyond the end of a list appends. */
function place(item: Item, path: Path, value: AttributeValue): void {
  if (path.length === 1) {
    item[path[0] as string] = value
    return
  }
  const parent = valueAt(item, path.slice(0, -1))
  const last = path.at(-1)!
  if (typeof last === 'number' && parent !== undefined && 'L' in parent) {
    if (last < parent.L.length) parent.L[last] = value
    else parent.L.push(value)
  } else if (typeof last === 'string' && parent !== undefined && 'M' in parent) parent.M[last] = value
  else throw invalid('The document path provided in the update expression is invalid for update')
}

function remove(item: Item, path: Path): void {
  const last = path.at(-1)!
  if (path.length === 1) {
    delete item[last as string]
    return
  }
  const parent = valueAt(item, path.slice(0, -1))
  if (typeof last === 'number' && parent !== undefined && 'L' in parent) {
    if (last < parent.L.length) parent.L.splice(last, 1)
  } else if (typeof last === 'string' && parent !== undefined && 'M' in parent) delete parent.M[last]
  else throw invalid('The document path provided in the update expression is invalid for update')
}

/** The attributes of an item that an update touched, for UPDATED_OLD and UPDATED_NEW: whole where a whole was named, else only what stands at the paths. */
export function touched(item: Item, update: Update): Item {
  const result = emptyItem()
  for (const { path } of [...update.set, ...update.remove, ...update.add, ...update.delete]) {
    const found = valueAt(item, path)
    if (found === undefined) continue
    graft(result, path, found)
  }
  return result
}

/** Members of lists come one after the other, whatever their positions were. */
function graft(result: Item, path: Path, value: AttributeValue): void {
  let container: AttributeValue = { M: result }
  path.forEach((step, index) => {
    const isLast = index === path.length - 1
    const next: AttributeValue = isLast
      ? copyValue(value)
      : typeof path[index + 1] === 'number'
        ? { L: [] }
        : { M: emptyItem() }
    if ('L' in container) {
      container.L.push(next)
      container = next
    } else if ('M' in container) {
      const existing: AttributeValue | undefined = isLast ? undefined : attributeOf(container.M, step as string)
      if (existing === undefined) container.M[step as string] = next
      container = existing ?? next
    }
  })
}

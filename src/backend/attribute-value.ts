/** A value as DynamoDB's JSON writes it: an object whose only name is its type. Binary is base64. */
export type AttributeValue =
  | { S: string }
  | { N: string }
  | { B: string }
  | { SS: string[] }
  | { NS: string[] }
  | { BS: string[] }
  | { M: Item }
  | { L: AttributeValue[] }
  | { NULL: true }
  | { BOOL: boolean }

export type AttributeType = 'S' | 'N' | 'B' | 'SS' | 'NS' | 'BS' | 'M' | 'L' | 'NULL' | 'BOOL'

/** Attributes by name. Made without a prototype, because any text may be a name. */
export type Item = { [name: string]: AttributeValue }

export function emptyItem(): Item {
  return Object.create(null) as Item
}

export function typeOf(value: AttributeValue): AttributeType {
  for (const type in value) return type as AttributeType
  throw new TypeError('an attribute value has a type')
}

/** What stands behind the type: the only place that reads a value without asking for its type. */
export function contentOf(value: AttributeValue): unknown {
  return (value as Record<string, unknown>)[typeOf(value)]
}

export function attributeOf(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined
}

/** A copy that shares nothing that could change. */
export function copyValue(value: AttributeValue): AttributeValue {
  if ('M' in value) return { M: copyItem(value.M) }
  if ('L' in value) return { L: value.L.map(copyValue) }
  if ('SS' in value) return { SS: [...value.SS] }
  if ('NS' in value) return { NS: [...value.NS] }
  if ('BS' in value) return { BS: [...value.BS] }
  return value
}

export function copyItem(item: Item): Item {
  const copy = emptyItem()
  for (const name of Object.keys(item)) copy[name] = copyValue(item[name]!)
  return copy
}

import type { AttributeValue } from '../../backend/attribute-value.ts'

/** Where in an item something is: names, and positions in lists. */
export type Path = readonly (string | number)[]

export interface PathOperand {
  kind: 'path'
  path: Path
}

export type Operand = PathOperand | { kind: 'value'; value: AttributeValue } | { kind: 'size'; of: Operand }

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>='

export type Condition =
  | { kind: 'and' | 'or'; parts: Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'compare'; operator: Comparator; left: Operand; right: Operand }
  | { kind: 'between'; value: Operand; low: Operand; high: Operand }
  | { kind: 'in'; value: Operand; list: Operand[] }
  | { kind: 'function'; name: ConditionFunction; operands: Operand[] }

export type ConditionFunction =
  | 'attribute_exists'
  | 'attribute_not_exists'
  | 'attribute_type'
  | 'begins_with'
  | 'contains'

export type SetValue =
  | PathOperand
  | { kind: 'value'; value: AttributeValue }
  | { kind: 'plus' | 'minus'; left: SetValue; right: SetValue }
  | { kind: 'if_not_exists'; path: PathOperand; fallback: SetValue }
  | { kind: 'list_append'; left: SetValue; right: SetValue }

export interface Update {
  set: { path: Path; value: SetValue }[]
  remove: { path: Path }[]
  add: { path: Path; value: AttributeValue }[]
  delete: { path: Path; value: AttributeValue }[]
}

/** A path as messages write it: `[a, b, [0]]`. */
export function describePath(path: Path): string {
  return `[${path.map(step => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`
}

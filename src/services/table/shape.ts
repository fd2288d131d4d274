import { invalid, TableFailure } from './failure.ts'

/** What a parameter looks like and what it may be. */
export type Shape = { isRequired?: boolean } & (
  | { type: 'string'; least?: number; most?: number; pattern?: string; values?: readonly string[] }
  | { type: 'integer'; least?: number; most?: number }
  | { type: 'boolean' | 'double' | 'attribute' }
  | { type: 'list'; of: Shape; least?: number; most?: number }
  | { type: 'map'; of: Shape; least?: number; most?: number }
  | { type: 'struct'; fields: Readonly<Record<string, Shape>> }
)

/**
 * Checks the parameters of a request: SerializationException where one has the wrong type, ValidationException that tells all limits that
 * are broken, ten at most, as the service words them.
 */
export function checkShape(input: unknown, fields: Readonly<Record<string, Shape>>): void {
  const broken: string[] = []
  check(input, { type: 'struct', fields }, '', broken)
  if (broken.length > 0)
    throw invalid(
      `${broken.length} validation error${broken.length === 1 ? '' : 's'} detected: ${broken.slice(0, 10).join('; ')}`,
    )
}

function check(value: unknown, shape: Shape, path: string, broken: string[]): void {
  const fail = (written: string, rule: string): void =>
    void broken.push(`Value ${written} at '${path}' failed to satisfy constraint: Member must ${rule}`)
  switch (shape.type) {
    case 'string':
      if (typeof value !== 'string') throw wrongType(value, 'String')
      if (shape.values !== undefined && !shape.values.includes(value))
        fail(`'${value}'`, `satisfy enum value set: [${shape.values.join(', ')}]`)
      if (shape.most !== undefined && value.length > shape.most)
        fail(`'${value}'`, `have length less than or equal to ${shape.most}`)
      if (shape.least !== undefined && value.length < shape.least)
        fail(`'${value}'`, `have length greater than or equal to ${shape.least}`)
      if (
        shape.pattern !== undefined &&
        !new RegExp(`^(?:${shape.pattern})$`).test(value) &&
        !(value === '' && shape.least !== undefined)
      )
        fail(`'${value}'`, `satisfy regular expression pattern: ${shape.pattern}`)
      return
    case 'integer':
      if (typeof value !== 'number') throw wrongType(value, 'Integer')
      if (shape.least !== undefined && value < shape.least)
        fail(`'${value}'`, `have value greater than or equal to ${shape.least}`)
      if (shape.most !== undefined && value > shape.most)
        fail(`'${value}'`, `have value less than or equal to ${shape.most}`)
      return
    case 'double':
      if (typeof value !== 'number') throw wrongType(value, 'Double')
      return
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(value, 'Boolean')
      return
    case 'attribute':
      checkAttribute(value, 0)
      return
    case 'list': {
      if (!Array.isArray(value)) throw wrongType(value, 'java.util.ArrayList')
      const described = (): string => `'[${value.map(describe).join(', ')}]'`
      if (shape.most !== undefined && value.length > shape.most)
        fail(described(), `have length less than or equal to ${shape.most}`)
      if (shape.least !== undefined && value.length < shape.least)
        fail(described(), `have length greater than or equal to ${shape.least}`)
      value.forEach((member, index) => {
        check(member, shape.of, `${path}.${index + 1}.member`, broken)
      })
      return
    }
    case 'map': {
      const entries = Object.entries(requireObject(value))
      if (shape.most !== undefined && entries.length > shape.most)
        fail(`'${describe(value)}'`, `have length less than or equal to ${shape.most}`)
      if (shape.least !== undefined && entries.length < shape.least)
        fail(`'${describe(value)}'`, `have length greater than or equal to ${shape.least}`)
      for (const [name, member] of entries) check(member, shape.of, `${path}.${name}.member`, broken)
      return
    }
    case 'struct':
      checkStruct(requireObject(value), shape.fields, path, broken)
  }
}

function checkStruct(
  value: Record<string, unknown>,
  fields: Readonly<Record<string, Shape>>,
  path: string,
  broken: string[],
): void {
  for (const [name, shape] of Object.entries(fields)) {
    const inner = `${path}${path === '' ? '' : '.'}${name[0]!.toLowerCase()}${name.slice(1)}`
    const member = Object.hasOwn(value, name) ? value[name] : undefined
    if (member !== undefined && member !== null) check(member, shape, inner, broken)
    else if (shape.isRequired)
      broken.push(`Value null at '${inner}' failed to satisfy constraint: Member must not be null`)
  }
}

function requireObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(value, 'structure')
  return value as Record<string, unknown>
}

/** JSON deeper than this cannot be a value. */
const deepest = 100

function checkAttribute(value: unknown, depth: number): void {
  if (depth > deepest) throw invalid('Nesting Levels have exceeded supported limits')
  for (const [type, content] of Object.entries(requireObject(value))) {
    const isList = Array.isArray(content)
    if (type === 'S' || type === 'N' || type === 'B') {
      if (typeof content !== 'string') throw wrongType(content, 'String')
      if (type === 'B') checkBase64(content)
    } else if (type === 'BOOL' || type === 'NULL') {
      if (typeof content !== 'boolean') throw wrongType(content, 'Boolean')
    } else if (type === 'SS' || type === 'NS' || type === 'BS') {
      if (!isList) throw wrongType(content, 'java.util.ArrayList')
      for (const member of content) {
        if (typeof member !== 'string') throw wrongType(member, 'String')
        if (type === 'BS') checkBase64(member)
      }
    } else if (type === 'L') {
      if (!isList) throw wrongType(content, 'java.util.ArrayList')
      for (const member of content) checkAttribute(member, depth + 1)
    } else if (type === 'M')
      for (const member of Object.values(requireObject(content))) checkAttribute(member, depth + 1)
  }
}

function checkBase64(text: string): void {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
    throw new TableFailure(
      'SerializationException',
      `Base64 encoded length is expected a multiple of 4 bytes but found: ${text.length}`,
    )
}

function wrongType(value: unknown, wanted: string): TableFailure {
  const actual = Array.isArray(value)
    ? 'Start of list'
    : typeof value === 'object'
      ? 'Start of structure or map'
      : typeof value === 'boolean'
        ? value
          ? 'TRUE_VALUE'
          : 'FALSE_VALUE'
        : `${(typeof value).toUpperCase()}_VALUE`
  if (wanted === 'structure' || wanted.startsWith('java'))
    return new TableFailure(
      'SerializationException',
      actual.startsWith('Start')
        ? `Start of ${wanted === 'structure' ? 'structure or map' : 'list'} found where not expected`
        : 'Unexpected field type',
    )
  return new TableFailure(
    'SerializationException',
    actual.startsWith('Start') ? `${actual} found where not expected.` : `${actual} cannot be converted to ${wanted}`,
  )
}

/** A value as the service writes it in messages: names and values with an equals sign between them. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  if (Object.hasOwn(value, 'AttributeName') && Object.hasOwn(value, 'KeyType')) {
    const { AttributeName, KeyType } = value as { AttributeName: unknown; KeyType: unknown }
    return `KeySchemaElement(attributeName=${AttributeName}, keyType=${KeyType})`
  }
  return `{${Object.entries(value)
    .map(([name, member]) => `${name}=${describe(member)}`)
    .join(', ')}}`
}

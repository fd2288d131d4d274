import { scenarioJsonSchema } from './schema.ts'

/** One key of a scenario, as a reference names it: `[]` stands for each entry of a list, NAME for a name of your own. */
export interface ScenarioKey {
  key: string
  type: string
  default: string
  doc: string
}

/** The part of JSON Schema that describes a scenario. */
interface Schema {
  type?: string | string[]
  description?: string
  default?: unknown
  const?: unknown
  not?: unknown
  enum?: unknown[]
  examples?: unknown[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  required?: string[]
}

const required = 'required'

/** Every key of a scenario in the order of the schema, from the schema itself. */
export function scenarioKeys(): ScenarioKey[] {
  const rows: ScenarioKey[] = []
  const root = scenarioJsonSchema() as Schema
  for (const [name, schema] of Object.entries(root.properties ?? {})) if (name !== '$schema') addKey(name, schema, rows)
  return rows
}

function addKey(key: string, schema: Schema, rows: ScenarioKey[], isRequired = false): void {
  const isOpen = schema.default === undefined || isEmpty(schema.default)
  rows.push({
    key,
    type: typeOf(schema),
    default: isOpen ? (isRequired ? required : '') : textOf(schema.default),
    doc: schema.description ?? '',
  })
  addBelow(key, schema, rows)
}

function addBelow(key: string, schema: Schema, rows: ScenarioKey[]): void {
  const variants = schema.oneOf ?? schema.anyOf
  if (variants) {
    const kinds = variants.map(variant => variant.properties?.type?.const)
    for (const [index, variant] of variants.entries())
      addBelow(kinds[index] ? `${key}.${kinds[index]}` : key, variant, rows)
    return
  }
  if (isSpec(schema)) return
  if (schema.items) addBelow(`${key}[]`, schema.items, rows)
  if (typeof schema.additionalProperties === 'object') addBelow(`${key}.NAME`, schema.additionalProperties, rows)
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.not !== undefined) continue
    if (property.const !== undefined) {
      rows.push({ key, type: '', default: '', doc: property.description ?? '' })
      continue
    }
    addKey(`${key}.${name}`, property, rows, schema.required?.includes(name))
  }
}

/** An extension's map form: a name and parameters that its registry knows, not the schema. */
function isSpec({ properties, additionalProperties }: Schema): boolean {
  return properties !== undefined && Object.keys(properties).join() === 'name' && additionalProperties !== false
}

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map(String).join(', ')
  if (schema.const !== undefined) return String(schema.const)
  const variants = schema.oneOf ?? schema.anyOf
  if (variants) {
    if (variants.some(isSpec)) return 'name or name:key=value'
    return [...new Set(variants.map(typeOf))].join(' or ')
  }
  if (schema.items) return 'list'
  if (Array.isArray(schema.type)) return 'quantity'
  return typeNames[schema.type ?? ''] ?? 'map'
}

const typeNames: Record<string, string> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'map',
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length === 0 : value === ''
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([key, part]) => `${key}: ${String(part)}`)
    .join(', ')
}

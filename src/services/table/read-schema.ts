import { invalid, type TableFailure } from './failure.ts'
import type { KeySchema } from './key-code.ts'
import type { IndexFacts, KeyType, TableFacts, Throughput } from './table-schema.ts'

export interface KeyElement {
  AttributeName: string
  KeyType: string
}

export interface IndexInput {
  IndexName: string
  KeySchema: KeyElement[]
  Projection: { ProjectionType?: string; NonKeyAttributes?: string[] }
  ProvisionedThroughput?: Throughput
}

export interface SettingsInput {
  TableName: string
  AttributeDefinitions?: { AttributeName: string; AttributeType: string }[]
  BillingMode?: string
  ProvisionedThroughput?: Throughput
  StreamSpecification?: { StreamEnabled: boolean; StreamViewType?: string }
  TableClass?: string
  DeletionProtectionEnabled?: boolean
}

export interface CreateInput extends SettingsInput {
  KeySchema: KeyElement[]
  LocalSecondaryIndexes?: IndexInput[]
  GlobalSecondaryIndexes?: IndexInput[]
  Tags?: { Key: string; Value: string }[]
}

export interface UpdateInput extends SettingsInput {
  GlobalSecondaryIndexUpdates?: {
    Create?: IndexInput
    Delete?: { IndexName: string }
    Update?: { IndexName: string; ProvisionedThroughput: Throughput }
  }[]
}

const mostLocal = 5
export const mostGlobal = 20
export const nothing: Throughput = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 }
export const parametersInvalid = (rule: string): TableFailure =>
  invalid(`One or more parameter values were invalid: ${rule}`)

/** Types of attributes by name. Throws where one is told twice. */
export function readTypes(
  definitions: readonly { AttributeName: string; AttributeType: string }[],
): Record<string, KeyType> {
  const types: Record<string, KeyType> = Object.create(null)
  for (const { AttributeName, AttributeType } of definitions) {
    if (Object.hasOwn(types, AttributeName))
      throw parametersInvalid(`Duplicate AttributeName in AttributeDefinitions: ${AttributeName}`)
    types[AttributeName] = AttributeType as KeyType
  }
  return types
}

/** Units of a table; none where it is paid by the request. */
export function readThroughput({ ProvisionedThroughput }: SettingsInput, billing: TableFacts['billing']): Throughput {
  if (billing === 'PAY_PER_REQUEST') {
    if (ProvisionedThroughput !== undefined)
      throw parametersInvalid(
        'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
      )
    return nothing
  }
  if (ProvisionedThroughput === undefined)
    throw parametersInvalid(
      'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    )
  return ProvisionedThroughput
}

/** The key of a table or index. Throws unless it begins with a hash key and all of it is defined. */
export function readKey(schema: readonly KeyElement[], types: Record<string, KeyType>, of: string): KeySchema {
  const [hash, range] = schema
  const isDefined = schema.every(({ AttributeName }) => Object.hasOwn(types, AttributeName))
  if (hash!.KeyType !== 'HASH') throw invalid('Invalid KeySchema: The first KeySchemaElement is not a HASH key type')
  if (range !== undefined && range.KeyType !== 'RANGE')
    throw invalid('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type')
  if (range?.AttributeName === hash!.AttributeName)
    throw of === 'table'
      ? invalid('Invalid KeySchema: Some index key attribute have no definition')
      : parametersInvalid('Both the Hash Key and the Range Key element in the KeySchema have the same name')
  if (!isDefined)
    throw of === 'table'
      ? parametersInvalid(
          `Some index key attributes are not defined in AttributeDefinitions. Keys: [${schema.map(({ AttributeName }) => AttributeName).join(', ')}], AttributeDefinitions: [${Object.keys(types).join(', ')}]`,
        )
      : parametersInvalid(
          `Some index key attributes are not defined in AttributeDefinitions. Keys: [${schema.map(({ AttributeName }) => AttributeName).join(', ')}], AttributeDefinitions: [${Object.keys(types).join(', ')}]`,
        )
  return { hash: hash!.AttributeName, range: range?.AttributeName }
}

/** An index, with its projection and units. */
export function readIndex(
  input: IndexInput,
  types: Record<string, KeyType>,
  isGlobal: boolean,
  billing: TableFacts['billing'],
): IndexFacts {
  const { IndexName, Projection, ProvisionedThroughput } = input
  const key = readKey(input.KeySchema, types, IndexName)
  const { ProjectionType, NonKeyAttributes } = Projection
  if (ProjectionType === undefined) throw parametersInvalid('Unknown ProjectionType: null')
  if (ProjectionType !== 'INCLUDE' && NonKeyAttributes !== undefined)
    throw parametersInvalid(`ProjectionType is ${ProjectionType}, but NonKeyAttributes is specified`)
  if (ProjectionType === 'INCLUDE' && NonKeyAttributes === undefined)
    throw parametersInvalid('ProjectionType is INCLUDE, but NonKeyAttributes is not specified')
  if (isGlobal && billing === 'PAY_PER_REQUEST' && ProvisionedThroughput !== undefined)
    throw parametersInvalid(
      `ProvisionedThroughput should not be specified for index: ${IndexName} when BillingMode is PAY_PER_REQUEST`,
    )
  if (isGlobal && billing === 'PROVISIONED' && ProvisionedThroughput === undefined)
    throw parametersInvalid(`ProvisionedThroughput must be specified for index: ${IndexName}`)
  return {
    name: IndexName,
    isGlobal,
    key,
    projection: { type: ProjectionType as IndexFacts['projection']['type'], attributes: NonKeyAttributes ?? [] },
    throughput: ProvisionedThroughput ?? nothing,
  }
}

/** Checks a new table's indexes against its key and each other. */
export function checkIndexes(
  input: CreateInput,
  key: KeySchema,
  locals: readonly IndexFacts[],
  globals: readonly IndexFacts[],
): void {
  if (input.LocalSecondaryIndexes !== undefined) {
    if (key.range === undefined)
      throw parametersInvalid(
        'Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex',
      )
    if (locals.length === 0) throw parametersInvalid('List of LocalSecondaryIndexes is empty')
    if (locals.length > mostLocal)
      throw parametersInvalid(`Number of LocalSecondaryIndexes exceeds per-table limit of ${mostLocal}`)
  }
  for (const index of locals) {
    if (index.key.range === undefined)
      throw parametersInvalid(`Index KeySchema does not have a range key for index: ${index.name}`)
    if (index.key.hash !== key.hash)
      throw parametersInvalid(
        `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${index.name}. index hash key: ${index.key.hash}, table hash key: ${key.hash}`,
      )
  }
  if (input.GlobalSecondaryIndexes !== undefined && globals.length === 0)
    throw parametersInvalid('List of GlobalSecondaryIndexes is empty')
  if (globals.length > mostGlobal)
    throw parametersInvalid(`GlobalSecondaryIndex count exceeds the per-table limit of ${mostGlobal}`)
  const names = new Set<string>()
  for (const { name } of [...locals, ...globals]) {
    if (names.has(name)) throw parametersInvalid(`Duplicate index name: ${name}`)
    names.add(name)
  }
}

/** The stream that a table is asked to have. */
export function streamOf({ StreamSpecification }: SettingsInput, now: number): Pick<TableFacts, 'stream'> {
  if (StreamSpecification === undefined || !StreamSpecification.StreamEnabled) {
    if (StreamSpecification?.StreamViewType !== undefined)
      throw parametersInvalid('StreamViewType should not be specified when StreamEnabled is false')
    return {}
  }
  if (StreamSpecification.StreamViewType === undefined)
    throw parametersInvalid('StreamViewType is required when StreamEnabled is true')
  return { stream: { view: StreamSpecification.StreamViewType, label: new Date(now).toISOString().replace('Z', '') } }
}

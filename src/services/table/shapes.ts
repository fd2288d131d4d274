// long: the parameters of all operations are one table
import type { Shape } from './shape.ts'

const string: Shape = { type: 'string' }
const boolean: Shape = { type: 'boolean' }
const attribute: Shape = { type: 'attribute' }
const attributes: Shape = { type: 'map', of: attribute }
const namePattern = '[a-zA-Z0-9_.-]+'
const tableName: Shape = { type: 'string', least: 1, most: 255, pattern: namePattern, isRequired: true }
/** A name or an ARN, of which only its length is checked. */
const tableRef: Shape = { type: 'string', least: 1, most: 1024, isRequired: true }
const newName: Shape = { type: 'string', least: 3, most: 255, pattern: namePattern, isRequired: true }
const strings: Shape = { type: 'list', of: string }
const required = (shape: Shape): Shape => ({ ...shape, isRequired: true })
const oneOf = (...values: string[]): Shape => ({ type: 'string', values })

const consumed = oneOf('INDEXES', 'TOTAL', 'NONE')
const collection = oneOf('SIZE', 'NONE')
const onFailure = oneOf('ALL_OLD', 'NONE')
const returnValues = oneOf('ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW')
const operators = oneOf(
  'IN',
  'NULL',
  'BETWEEN',
  'LT',
  'NOT_CONTAINS',
  'EQ',
  'GT',
  'NOT_NULL',
  'NE',
  'LE',
  'BEGINS_WITH',
  'GE',
  'CONTAINS',
)
const condition: Shape = {
  type: 'struct',
  fields: { ComparisonOperator: required(operators), AttributeValueList: { type: 'list', of: attribute } },
}
const expected: Shape = {
  type: 'map',
  of: {
    type: 'struct',
    fields: {
      Value: attribute,
      Exists: boolean,
      ComparisonOperator: operators,
      AttributeValueList: { type: 'list', of: attribute },
    },
  },
}
const names: Record<string, Shape> = { ExpressionAttributeNames: { type: 'map', of: string } }
const expressions: Record<string, Shape> = { ...names, ExpressionAttributeValues: attributes }
const conditional: Record<string, Shape> = { ConditionExpression: string, ...expressions }
const legacyConditional: Record<string, Shape> = { Expected: expected, ConditionalOperator: oneOf('AND', 'OR') }
const writing: Record<string, Shape> = {
  ReturnConsumedCapacity: consumed,
  ReturnItemCollectionMetrics: collection,
  ReturnValues: returnValues,
  ReturnValuesOnConditionCheckFailure: onFailure,
  ...conditional,
  ...legacyConditional,
}

const units: Shape = { type: 'integer', least: 1, isRequired: true }
const throughput: Shape = { type: 'struct', fields: { ReadCapacityUnits: units, WriteCapacityUnits: units } }
const keySchema: Shape = {
  type: 'list',
  least: 1,
  most: 2,
  isRequired: true,
  of: {
    type: 'struct',
    fields: {
      AttributeName: { type: 'string', least: 1, most: 255, isRequired: true },
      KeyType: required(oneOf('HASH', 'RANGE')),
    },
  },
}
const projection: Shape = {
  type: 'struct',
  fields: {
    ProjectionType: oneOf('ALL', 'INCLUDE', 'KEYS_ONLY'),
    NonKeyAttributes: { type: 'list', of: { type: 'string', least: 1, most: 255 }, least: 1, most: 20 },
  },
}
const definitions: Shape = {
  type: 'list',
  of: {
    type: 'struct',
    fields: {
      AttributeName: { type: 'string', least: 1, most: 255, isRequired: true },
      AttributeType: required(oneOf('B', 'N', 'S')),
    },
  },
}
const index: Record<string, Shape> = { IndexName: newName, KeySchema: keySchema, Projection: required(projection) }
const globalIndex: Shape = { type: 'struct', fields: { ...index, ProvisionedThroughput: throughput } }
const tags: Shape = {
  type: 'list',
  of: {
    type: 'struct',
    fields: {
      Key: { type: 'string', least: 1, most: 128, isRequired: true },
      Value: { type: 'string', least: 0, most: 256, isRequired: true },
    },
  },
}
const stream: Shape = {
  type: 'struct',
  fields: {
    StreamEnabled: required(boolean),
    StreamViewType: oneOf('NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY'),
  },
}
const settings: Record<string, Shape> = {
  AttributeDefinitions: definitions,
  BillingMode: oneOf('PROVISIONED', 'PAY_PER_REQUEST'),
  ProvisionedThroughput: throughput,
  StreamSpecification: stream,
  TableClass: oneOf('STANDARD', 'STANDARD_INFREQUENT_ACCESS'),
  DeletionProtectionEnabled: boolean,
}
const select = oneOf('SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES')
const reading: Record<string, Shape> = {
  ReturnConsumedCapacity: consumed,
  ConsistentRead: boolean,
  AttributesToGet: { type: 'list', of: string, least: 1, most: 255 },
  ProjectionExpression: string,
  ...names,
}
const walking: Record<string, Shape> = {
  TableName: tableName,
  IndexName: { type: 'string', least: 3, most: 255, pattern: namePattern },
  ...reading,
  ...expressions,
  Select: select,
  Limit: { type: 'integer', least: 1 },
  ExclusiveStartKey: attributes,
  FilterExpression: string,
  ConditionalOperator: oneOf('AND', 'OR'),
}
const checked: Record<string, Shape> = {
  TableName: tableName,
  ...conditional,
  ReturnValuesOnConditionCheckFailure: onFailure,
}
const key: Shape = required(attributes)

const statement: Record<string, Shape> = {
  Statement: { type: 'string', least: 1, most: 8192, isRequired: true },
  Parameters: { type: 'list', of: attribute, least: 1 },
  ReturnValuesOnConditionCheckFailure: onFailure,
}
const statements = (most: number): Shape => ({
  type: 'list',
  least: 1,
  most,
  isRequired: true,
  of: { type: 'struct', fields: { ...statement, ConsistentRead: boolean } },
})

/** Parameters of each operation. Source: Amazon DynamoDB API Reference, "Actions". */
export const shapes = {
  CreateTable: {
    ...settings,
    TableName: newName,
    AttributeDefinitions: required(definitions),
    KeySchema: keySchema,
    LocalSecondaryIndexes: { type: 'list', of: { type: 'struct', fields: index } },
    GlobalSecondaryIndexes: { type: 'list', of: globalIndex },
    Tags: tags,
  },
  UpdateTable: {
    ...settings,
    TableName: tableName,
    GlobalSecondaryIndexUpdates: {
      type: 'list',
      of: {
        type: 'struct',
        fields: {
          Create: globalIndex,
          Delete: { type: 'struct', fields: { IndexName: newName } },
          Update: { type: 'struct', fields: { IndexName: newName, ProvisionedThroughput: throughput } },
        },
      },
    },
  },
  DescribeTable: { TableName: tableName },
  DeleteTable: { TableName: tableName },
  ListTables: {
    ExclusiveStartTableName: { type: 'string', least: 3, most: 255, pattern: namePattern },
    Limit: { type: 'integer', least: 1, most: 100 },
  },
  DescribeLimits: {},
  DescribeEndpoints: {},
  DescribeContinuousBackups: { TableName: tableName },
  UpdateTimeToLive: {
    TableName: tableName,
    TimeToLiveSpecification: {
      type: 'struct',
      isRequired: true,
      fields: { Enabled: required(boolean), AttributeName: { type: 'string', least: 1, most: 255, isRequired: true } },
    },
  },
  DescribeTimeToLive: { TableName: tableName },
  TagResource: { ResourceArn: tableRef, Tags: required(tags) },
  UntagResource: { ResourceArn: tableRef, TagKeys: required(strings) },
  ListTagsOfResource: { ResourceArn: tableRef, NextToken: string },
  GetItem: { TableName: tableName, Key: key, ...reading },
  PutItem: { TableName: tableName, Item: required(attributes), ...writing },
  DeleteItem: { TableName: tableName, Key: key, ...writing },
  UpdateItem: {
    TableName: tableName,
    Key: key,
    ...writing,
    UpdateExpression: string,
    AttributeUpdates: {
      type: 'map',
      of: { type: 'struct', fields: { Value: attribute, Action: oneOf('ADD', 'DELETE', 'PUT') } },
    },
  },
  Query: {
    ...walking,
    KeyConditionExpression: string,
    KeyConditions: { type: 'map', of: condition },
    QueryFilter: { type: 'map', of: condition },
    ScanIndexForward: boolean,
  },
  Scan: {
    ...walking,
    ScanFilter: { type: 'map', of: condition },
    Segment: { type: 'integer', least: 0, most: 999_999 },
    TotalSegments: { type: 'integer', least: 1, most: 1_000_000 },
  },
  BatchGetItem: {
    ReturnConsumedCapacity: consumed,
    RequestItems: {
      type: 'map',
      of: {
        type: 'struct',
        fields: {
          Keys: { type: 'list', of: attributes, least: 1, isRequired: true },
          ConsistentRead: boolean,
          AttributesToGet: strings,
          ProjectionExpression: string,
          ...names,
        },
      },
    },
  },
  BatchWriteItem: {
    ReturnConsumedCapacity: consumed,
    ReturnItemCollectionMetrics: collection,
    RequestItems: {
      type: 'map',
      of: {
        type: 'list',
        of: {
          type: 'struct',
          fields: {
            PutRequest: { type: 'struct', fields: { Item: key } },
            DeleteRequest: { type: 'struct', fields: { Key: key } },
          },
        },
      },
    },
  },
  ExecuteStatement: {
    ...statement,
    ConsistentRead: boolean,
    ReturnConsumedCapacity: consumed,
    NextToken: string,
    Limit: { type: 'integer', least: 1 },
  },
  BatchExecuteStatement: { Statements: statements(25), ReturnConsumedCapacity: consumed },
  ExecuteTransaction: {
    TransactStatements: statements(100),
    ClientRequestToken: { type: 'string', least: 1, most: 36 },
    ReturnConsumedCapacity: consumed,
  },
  TransactGetItems: {
    ReturnConsumedCapacity: consumed,
    TransactItems: {
      type: 'list',
      least: 1,
      most: 100,
      isRequired: true,
      of: {
        type: 'struct',
        fields: {
          Get: {
            type: 'struct',
            isRequired: true,
            fields: { TableName: tableName, Key: key, ProjectionExpression: string, ...names },
          },
        },
      },
    },
  },
  TransactWriteItems: {
    ReturnConsumedCapacity: consumed,
    ReturnItemCollectionMetrics: collection,
    ClientRequestToken: { type: 'string', least: 1, most: 36 },
    TransactItems: {
      type: 'list',
      least: 1,
      most: 100,
      isRequired: true,
      of: {
        type: 'struct',
        fields: {
          ConditionCheck: { type: 'struct', fields: { ...checked, Key: key, ConditionExpression: required(string) } },
          Put: { type: 'struct', fields: { ...checked, Item: key } },
          Delete: { type: 'struct', fields: { ...checked, Key: key } },
          Update: { type: 'struct', fields: { ...checked, Key: key, UpdateExpression: required(string) } },
        },
      },
    },
  },
} satisfies Record<string, Record<string, Shape>>

export type OperationName = keyof typeof shapes

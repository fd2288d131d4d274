import type { AttributeValue, Item } from '../../backend/attribute-value.ts'

// What operations take, when their shape has been checked. All that the shape does not demand may be absent.

export interface LegacyCondition {
  ComparisonOperator: string
  AttributeValueList?: AttributeValue[]
}

export interface ExpectedAttribute {
  Value?: AttributeValue
  Exists?: boolean
  ComparisonOperator?: string
  AttributeValueList?: AttributeValue[]
}

export interface Expressions {
  ExpressionAttributeNames?: Record<string, string>
  ExpressionAttributeValues?: Item
}

export interface ConditionInput extends Expressions {
  ConditionExpression?: string
  Expected?: Record<string, ExpectedAttribute>
  ConditionalOperator?: string
  ReturnValuesOnConditionCheckFailure?: string
}

export interface WriteInput extends ConditionInput {
  TableName: string
  ReturnValues?: string
  ReturnConsumedCapacity?: string
  ReturnItemCollectionMetrics?: string
}

export interface PutInput extends WriteInput {
  Item: Item
}

export interface DeleteInput extends WriteInput {
  Key: Item
}

export interface AttributeUpdate {
  Value?: AttributeValue
  Action?: string
}

export interface UpdateInput extends WriteInput {
  Key: Item
  UpdateExpression?: string
  AttributeUpdates?: Record<string, AttributeUpdate>
}

export interface ProjectionInput {
  ExpressionAttributeNames?: Record<string, string>
  ProjectionExpression?: string
  AttributesToGet?: string[]
}

export interface GetInput extends ProjectionInput {
  TableName: string
  Key: Item
  ConsistentRead?: boolean
  ReturnConsumedCapacity?: string
}

export interface WalkInput extends ProjectionInput {
  TableName: string
  IndexName?: string
  ExpressionAttributeValues?: Item
  ConsistentRead?: boolean
  ReturnConsumedCapacity?: string
  Select?: string
  Limit?: number
  ExclusiveStartKey?: Item
  FilterExpression?: string
  ConditionalOperator?: string
}

export interface QueryInput extends WalkInput {
  KeyConditionExpression?: string
  KeyConditions?: Record<string, LegacyCondition>
  QueryFilter?: Record<string, LegacyCondition>
  ScanIndexForward?: boolean
}

export interface ScanInput extends WalkInput {
  ScanFilter?: Record<string, LegacyCondition>
  Segment?: number
  TotalSegments?: number
}

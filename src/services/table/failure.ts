/** An answer that is no success, as DynamoDB names it. Source: Amazon DynamoDB Developer Guide, "Error handling with DynamoDB". */
export class TableFailure extends Error {
  readonly code: TableFailureCode
  readonly status: number
  /** What else the answer holds, such as the reasons of a cancelled transaction. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: TableFailureCode, message: string, details: Record<string, unknown> = {}) {
    super(message)
    this.name = 'TableFailure'
    this.code = code
    this.status = code === 'InternalServerError' ? 500 : 400
    this.details = details
  }

  /** Its name with the namespace that it has on the wire. */
  get type(): string {
    return (
      (outside.has(this.code)
        ? 'com.amazon.coral.service#'
        : validating.has(this.code)
          ? 'com.amazon.coral.validate#'
          : 'com.amazonaws.dynamodb.v20120810#') + this.code
    )
  }
}

export type TableFailureCode =
  | 'AccessDeniedException'
  | 'ConditionalCheckFailedException'
  | 'DuplicateItemException'
  | 'IdempotentParameterMismatchException'
  | 'IncompleteSignatureException'
  | 'InternalServerError'
  | 'InvalidSignatureException'
  | 'LimitExceededException'
  | 'MissingAuthenticationTokenException'
  | 'ProvisionedThroughputExceededException'
  | 'ResourceInUseException'
  | 'ResourceNotFoundException'
  | 'SerializationException'
  | 'ThrottlingException'
  | 'TransactionCanceledException'
  | 'UnknownOperationException'
  | 'UnrecognizedClientException'
  | 'ValidationException'

const outside = new Set<TableFailureCode>([
  'AccessDeniedException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'SerializationException',
  'UnknownOperationException',
  'UnrecognizedClientException',
])
const validating = new Set<TableFailureCode>(['ValidationException'])

export function invalid(message: string): TableFailure {
  return new TableFailure('ValidationException', message)
}

export function notFound(message = 'Requested resource not found'): TableFailure {
  return new TableFailure('ResourceNotFoundException', message)
}

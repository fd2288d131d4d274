import type { ServerResponse } from 'node:http'
import type { Refusal } from '../signature-claim.ts'

/** An error of the Lambda API: its name, status and sentence. */
export interface LambdaFailure {
  status: number
  name: string
  message: string
  details?: Record<string, string>
}

/** Source: AWS Lambda API Reference, "Invoke", errors. */
export function sendFailure(response: ServerResponse, { status, name, message, details = {} }: LambdaFailure): void {
  // The API writes the sentence once with a capital letter and once without; clients read either.
  const body = JSON.stringify({ Type: status < 500 ? 'User' : 'Service', Message: message, message, ...details })
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'x-amzn-ErrorType': name,
  })
  response.end(body)
}

export function notFound(name: string): LambdaFailure {
  const message = `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${name}`
  return { status: 404, name: 'ResourceNotFoundException', message }
}

export function throttledFailure(reason: 'concurrency' | 'ramp'): LambdaFailure {
  const Reason =
    reason === 'concurrency'
      ? 'ReservedFunctionConcurrentInvocationLimitExceeded'
      : 'FunctionInvocationRateLimitExceeded'
  return { status: 429, name: 'TooManyRequestsException', message: 'Rate Exceeded.', details: { Reason } }
}

/** Why a signature is not believed, in this service's words. Source: AWS General Reference, "Common errors". */
export function refusalFailure({ reason, message }: Refusal): LambdaFailure {
  const failure = (name: string, sentence: string): LambdaFailure => ({
    status: 403,
    name,
    message: message || sentence,
  })
  switch (reason) {
    case 'unknown-key':
    case 'wrong-token':
      return failure('UnrecognizedClientException', 'The security token included in the request is invalid.')
    case 'skewed':
    case 'expired':
      return failure('InvalidSignatureException', 'Signature expired: the time of the request is too far from now.')
    case 'missing-date':
    case 'malformed':
    case 'malformed-query':
    case 'unsupported':
      return failure('IncompleteSignatureException', 'The request signature does not conform to AWS standards.')
    default:
      return failure(
        'InvalidSignatureException',
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
      )
  }
}

import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { arnOf, type Identities } from '../identities.ts'
import { readBody } from '../read-body.ts'
import { checkSignature } from '../signature.ts'
import type { Functions } from './functions.ts'
import { type LambdaFailure, notFound, refusalFailure, sendFailure, throttledFailure } from './lambda-failure.ts'
import type { LiveFunction } from './live-function.ts'

export interface LambdaApiOptions {
  functions: Functions
  identities: Identities
  /** Time of day in milliseconds, for signatures. */
  now?(): number
}

const syncBytes = 6 * 1024 * 1024
const asyncBytes = 1024 * 1024
const tailBytes = 4096
const invokePath = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?(.*))?$/
const functionPath = /^\/2015-03-31\/functions(?:\/([^/?]+)(\/configuration)?)?\/?(?:\?.*)?$/

/**
 * The part of the Lambda API that calls functions and lists them, for the unmodified SDK.
 * Source: AWS Lambda API Reference, "Invoke", "GetFunction", "ListFunctions".
 */
export function createLambdaApi(
  options: LambdaApiOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const requestId = randomUUID()
    response.setHeader('x-amzn-RequestId', requestId)
    serve(options, request, response, requestId).catch(() => {
      if (response.headersSent) response.destroy()
      else sendFailure(response, { status: 500, name: 'ServiceException', message: 'The service failed.' })
    })
  }
}

async function serve(
  { functions, identities, now = Date.now }: LambdaApiOptions,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const body = await readBody(request, syncBytes)
  if (body === 'cut') {
    response.destroy()
    return
  }
  if (body === 'too-large') {
    response.setHeader('Connection', 'close')
    return sendFailure(response, tooLarge(syncBytes, 'InvokeFunction'))
  }
  const { method = '', url = '', rawHeaders } = request
  const bodyHash = createHash('sha256').update(body).digest('hex')
  const signable = { method, target: url, rawHeaders }
  const verdict = checkSignature(signable, { identities, now: now(), service: 'lambda', bodyHash })
  if (verdict.kind === 'anonymous')
    return sendFailure(response, {
      status: 403,
      name: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    })
  if (verdict.kind === 'refused') return sendFailure(response, refusalFailure(verdict))

  const invoked = invokePath.exec(url)
  const asked = method === 'GET' ? functionPath.exec(url) : null
  if (!(invoked && method === 'POST') && !asked)
    return sendFailure(response, {
      status: 404,
      name: 'UnknownOperationException',
      message: `There is no ${method} ${url.slice(0, 200)} here`,
    })
  const written = invoked?.[1] ?? asked?.[1]
  if (written === undefined)
    return sendJson(response, { Functions: functions.names().map(name => configurationOf(functions.find(name)!)) })

  const { name, qualifier } = readName(written, new URLSearchParams(invoked?.[2] ?? '').get('Qualifier'))
  const action = invoked ? 'InvokeFunction' : 'GetFunction'
  if (!verdict.identity.may('lambda', name, invoked ? 'write' : 'read'))
    return sendFailure(response, denied(arnOf(verdict.identity), action, name))
  const target = functions.find(name)
  if (target === undefined || (qualifier !== '' && qualifier !== '$LATEST'))
    return sendFailure(response, notFound(qualifier === '' ? name : `${name}:${qualifier}`))
  if (invoked) return invoke(functions, target, { request, response, body, requestId })
  const configuration = configurationOf(target)
  return sendJson(response, asked?.[2] ? configuration : { Configuration: configuration, Code: {}, Tags: {} })
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  body: Buffer
  requestId: string
}

async function invoke(
  functions: Functions,
  target: LiveFunction,
  { request, response, body, requestId }: Exchange,
): Promise<void> {
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse'
  const traceId = String(request.headers['x-amzn-trace-id'] ?? '')
  if (type !== 'RequestResponse' && type !== 'Event' && type !== 'DryRun')
    return sendFailure(response, {
      status: 400,
      name: 'InvalidParameterValueException',
      message: `Unknown invocation type "${String(type).slice(0, 50)}"`,
    })
  if (type === 'Event' && body.length > asyncBytes) return sendFailure(response, tooLarge(asyncBytes, 'InvokeFunction'))
  const event = body.length === 0 ? '{}' : body.toString()
  const mistake = jsonMistake(event)
  if (mistake !== undefined)
    return sendFailure(response, {
      status: 400,
      name: 'InvalidRequestContentException',
      message: `Could not parse request body into json: ${mistake}`,
    })
  if (type === 'DryRun') {
    response.writeHead(204).end()
    return
  }
  if (type === 'Event') {
    if (!functions.queueOf(target.plan.name)!.add(event, { requestId, traceId }))
      return sendFailure(response, throttledFailure('ramp'))
    response.writeHead(202, { 'Content-Length': 0 }).end()
    return
  }
  const outcome = await target.invoke(event, { requestId, traceId })
  if (outcome.kind === 'throttled') return sendFailure(response, throttledFailure(outcome.reason))
  const fields: Record<string, string | number> = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(outcome.payload),
    'X-Amz-Executed-Version': '$LATEST',
  }
  if (outcome.kind === 'failed') fields['X-Amz-Function-Error'] = outcome.isHandled ? 'Handled' : 'Unhandled'
  if (request.headers['x-amz-log-type'] === 'Tail')
    fields['X-Amz-Log-Result'] = Buffer.from(outcome.lines).subarray(-tailBytes).toString('base64')
  response.writeHead(200, fields)
  response.end(outcome.payload)
}

/** A function by its name, its ARN, or the part of its ARN from the account on; each with a qualifier behind it, or without. */
function readName(written: string, qualifier: string | null): { name: string; qualifier: string } {
  let text: string
  try {
    text = decodeURIComponent(written)
  } catch {
    text = written
  }
  const [, name = text, behind] =
    /^(?:arn:aws:lambda:[a-z0-9-]+:)?(?:\d{12}:function:)?([A-Za-z0-9_-]+)(?::([A-Za-z0-9$_-]+))?$/.exec(text) ?? []
  return { name, qualifier: qualifier ?? behind ?? '' }
}

function jsonMistake(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return (error as Error).message.slice(0, 200)
  }
}

function tooLarge(bytes: number, operation: string): LambdaFailure {
  const message = `Request must be smaller than ${bytes} bytes for the ${operation} operation`
  return { status: 413, name: 'RequestTooLargeException', message }
}

function denied(arn: string, action: string, name: string): LambdaFailure {
  const resource = `arn:aws:lambda:us-east-1:000000000000:function:${name}`
  const message = `User: ${arn} is not authorized to perform: lambda:${action} on resource: ${resource} because no identity-based policy allows the lambda:${action} action`
  return { status: 403, name: 'AccessDeniedException', message }
}

function configurationOf({ plan }: LiveFunction): object {
  return {
    FunctionName: plan.name,
    FunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${plan.name}`,
    Runtime: 'nodejs22.x',
    Handler: `${plan.file}#${plan.exportName}`,
    MemorySize: plan.memoryMiB,
    Timeout: Math.ceil(plan.timeoutMs / 1000),
    Version: '$LATEST',
    State: 'Active',
    PackageType: 'Zip',
  }
}

function sendJson(response: ServerResponse, value: object): void {
  const body = JSON.stringify(value)
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}

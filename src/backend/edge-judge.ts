import { isToken } from '../cache/http/fields.ts'
import {
  edgeLimits,
  type Hook,
  type HookEvent,
  type HookOutcome,
  type HookRequest,
  type HookResponse,
} from './edge-hooks.ts'

/** Fields that edge code neither sees nor may add. Source: CloudFront Developer Guide, "Restrictions on all edge functions". */
const forbidden =
  /^(?:connection|expect|keep-alive|proxy-authenticat(?:e|ion)|proxy-authorization|proxy-connection|trailer|upgrade|x-accel-(?:buffering|charset|limit-rate|redirect)|x-amz-cf-.*|x-amzn-auth|x-amzn-cf-billing|x-amzn-cf-id|x-amzn-cf-xff|x-amzn-errortype|x-amzn-fle-profile|x-amzn-header-count|x-amzn-header-order|x-amzn-lambda-integration-tag|x-amzn-requestid|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip)$/

/** Fields that it may read but neither add, change nor take away. */
const readOnly: Record<Hook, readonly string[]> = {
  'viewer-request': ['content-length', 'host', 'transfer-encoding', 'via'],
  'origin-request': [
    'accept-encoding',
    'content-length',
    'if-modified-since',
    'if-none-match',
    'if-range',
    'if-unmodified-since',
    'transfer-encoding',
    'via',
  ],
  'origin-response': ['transfer-encoding', 'via'],
  'viewer-response': ['content-encoding', 'content-length', 'transfer-encoding', 'warning', 'via'],
}

/** Whether edge code may see a field. */
export function isShown(name: string): boolean {
  return !forbidden.test(name)
}

/** Whether what edge code gave back is allowed at its hook: the request or response, or a failure with 502 that says what is wrong. */
export function judgeReturn(event: HookEvent, returned: unknown): HookOutcome {
  const hook = event.context.eventType
  const isRequestHook = hook === 'viewer-request' || hook === 'origin-request'
  if (!isRecord(returned)) return refused('the function did not give back an object')
  if (isRequestHook && !('statusCode' in returned)) {
    const mistake = requestMistake(event, returned)
    return mistake === undefined
      ? { kind: 'request', request: { cookies: {}, querystring: {}, ...returned } as unknown as HookRequest }
      : refused(mistake)
  }
  const mistake = responseMistake(event, returned)
  if (mistake !== undefined) return refused(mistake)
  return { kind: 'response', response: { cookies: {}, ...returned } as unknown as HookResponse }
}

function refused(message: string): HookOutcome {
  return { kind: 'failed', status: 502, message }
}

function requestMistake({ request, context }: HookEvent, returned: Record<string, unknown>): string | undefined {
  const { method, uri, querystring = {}, headers, cookies = {} } = returned
  if (method !== request.method) return 'the method of a request cannot be changed'
  if (typeof uri !== 'string' || !/^\/[\x21-\x7e]*$/.test(uri))
    return 'the URI is no path of printable ASCII that begins with a slash'
  if (/[?#]/.test(uri)) return 'the URI holds a query or fragment; a query belongs into querystring'
  return (
    namedMistake('querystring', querystring) ??
    namedMistake('cookies', cookies) ??
    headersMistake(context.eventType, headers, request.headers)
  )
}

function responseMistake({ response, context }: HookEvent, returned: Record<string, unknown>): string | undefined {
  const { statusCode, headers = {}, cookies = {}, statusDescription, body } = returned
  const hook = context.eventType
  if (!Number.isInteger(statusCode) || (statusCode as number) < 200 || (statusCode as number) > 599)
    return 'statusCode is no whole number from 200 to 599'
  if (hook === 'viewer-response' && statusCode !== response?.statusCode) return 'a viewer response keeps its status'
  if (statusDescription !== undefined && typeof statusDescription !== 'string') return 'statusDescription is no text'
  if (body !== undefined) {
    const mistake = bodyMistake(body)
    if (mistake) return mistake
  }
  return namedMistake('cookies', cookies) ?? headersMistake(hook, headers, response?.headers)
}

function bodyMistake(body: unknown): string | undefined {
  const { data, encoding } = isRecord(body) ? body : { data: body, encoding: 'text' }
  if (typeof data !== 'string' || (encoding !== 'text' && encoding !== 'base64'))
    return 'the body is neither text nor base64'
  return data.length > edgeLimits.bodyBytes ? 'the body is larger than 40 KB' : undefined
}

function headersMistake(hook: Hook, headers: unknown, before: HookRequest['headers'] | undefined): string | undefined {
  const mistake = namedMistake('headers', headers)
  if (mistake) return mistake
  const given = headers as HookRequest['headers']
  for (const name of Object.keys(given)) {
    if (!isToken(name) || name !== name.toLowerCase()) return `"${name}" is no name of a header in lower case`
    if (!isShown(name)) return `the header "${name}" is not allowed`
  }
  // What the code makes itself has no fields from before that it could change.
  if (before === undefined) return undefined
  for (const name of readOnly[hook])
    if (given[name]?.value !== before[name]?.value) return `the header "${name}" is read-only`
  return undefined
}

function namedMistake(place: string, given: unknown): string | undefined {
  if (!isRecord(given)) return `${place} is no object`
  for (const [name, entry] of Object.entries(given)) {
    if (!isRecord(entry) || !isText(entry.value)) return `${place}: "${name}" has no value of printable text`
    if (entry.attributes !== undefined && !isText(entry.attributes))
      return `${place}: "${name}" has attributes that are no text`
    const { multiValue = [] } = entry
    if (!Array.isArray(multiValue) || !multiValue.every(one => isRecord(one) && isText(one.value)))
      return `${place}: "${name}" has a multiValue that is no list of values`
  }
  return undefined
}

/** Text that may stand in a field: octets without controls, so that no line can be ended. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

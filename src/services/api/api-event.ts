import type { IncomingHttpHeaders } from 'node:http'
import { commonLogTime } from '../../lib/log-line.ts'

/** What a gateway knows of a request when it calls a function. */
export interface ApiRequest {
  method: string
  /** Path as it came, normalised and still percent-encoded, and the query behind it without its mark. */
  path: string
  query: string
  rawHeaders: readonly string[]
  headers: IncomingHttpHeaders
  sourceIp: string
  httpVersion: string
  requestId: string
  /** As X-Ray writes it. */
  traceId: string
  routeKey: string
  parameters: Record<string, string>
  apiId: string
  receivedAtMs: number
}

/** `authorizer` of the request's context: what an authorizer learnt. */
export type AuthorizerContext =
  | { jwt: { claims: Record<string, string>; scopes: string[] | null } }
  | { lambda: object }
  | undefined

const textTypes = /^(?:text\/|application\/(?:[a-z0-9.+-]*\+)?(?:json|xml|javascript|x-www-form-urlencoded|graphql))/i

/**
 * The event of payload format 2.0. Repeated fields and parameters are joined by commas; cookies stand apart; a body that is no text is
 * given in base64. Source: Amazon API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs".
 */
export function apiEvent(request: ApiRequest, body: Buffer, authorizer: AuthorizerContext): object {
  const query = queryOf(request.query)
  const event: Record<string, unknown> = {
    version: '2.0',
    ...commonOf(request),
    requestContext: contextOf(request, authorizer),
  }
  if (Object.keys(query).length > 0) event.queryStringParameters = query
  if (body.length > 0) {
    const text = textOf(body, request.headers['content-type'])
    event.body = text ?? body.toString('base64')
    event.isBase64Encoded = text === undefined
  } else event.isBase64Encoded = false
  return event
}

/** The event by which a function that authorises is called. Source: the same guide, "Control access to HTTP APIs with AWS Lambda authorizers". */
export function authorizerEvent(request: ApiRequest, identitySource: string[], routeArn: string): object {
  const common = commonOf(request)
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn,
    identitySource,
    ...common,
    queryStringParameters: queryOf(request.query),
    requestContext: contextOf(request, undefined),
  }
}

/** Fields by name in lower case, repeated ones joined. */
export function headersOf(rawHeaders: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null)
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase()
    if (name === 'cookie') continue
    headers[name] = headers[name] === undefined ? rawHeaders[at + 1]! : `${headers[name]},${rawHeaders[at + 1]!}`
  }
  return headers
}

/** Parameters of a query, decoded, repeated ones joined. */
export function queryOf(query: string): Record<string, string> {
  const values: Record<string, string> = Object.create(null)
  for (const [name, value] of new URLSearchParams(query))
    values[name] = values[name] === undefined ? value : `${values[name]},${value}`
  return values
}

function commonOf({ routeKey, path, query, rawHeaders, parameters }: ApiRequest): Record<string, unknown> {
  const cookies: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]!.toLowerCase() === 'cookie') cookies.push(...rawHeaders[at + 1]!.split(/;\s*/).filter(Boolean))
  return {
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers: headersOf(rawHeaders),
    ...(Object.keys(parameters).length > 0 ? { pathParameters: parameters } : {}),
  }
}

function contextOf(request: ApiRequest, authorizer: AuthorizerContext): object {
  const domainName = request.headers.host ?? ''
  return {
    accountId: '000000000000',
    apiId: request.apiId,
    ...(authorizer === undefined ? {} : { authorizer }),
    domainName,
    domainPrefix: domainName.split('.')[0],
    http: {
      method: request.method,
      path: request.path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: request.sourceIp,
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId: request.requestId,
    routeKey: request.routeKey,
    stage: '$default',
    time: commonLogTime(request.receivedAtMs),
    timeEpoch: request.receivedAtMs,
  }
}

function textOf(body: Buffer, type: string | undefined): string | undefined {
  if (type !== undefined && !textTypes.test(type)) return undefined
  const text = body.toString()
  return text.includes('\ufffd') && !Buffer.from(text).equals(body) ? undefined : text
}

import { isToken } from '../../cache/http/fields.ts'

/** An answer as it goes out; the length of the body is the server's. */
export interface ApiAnswer {
  status: number
  /** Names and values in turn. */
  fields: string[]
  body: Buffer
}

/** Fields that belong to a connection, and those that the server writes itself. */
const ownFields = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'trailer',
  'te',
  'proxy-connection',
  'content-length',
  'date',
])

/**
 * The answer that a handler's return stands for; undefined when it is malformed, which is a 502. With a status code it is a response;
 * whatever else it is becomes the body of a 200: text as it is, other values as JSON.
 * Source: Amazon API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs", Lambda function response for format 2.0.
 */
export function readAnswer(payload: string): ApiAnswer | undefined {
  const returned: unknown = JSON.parse(payload)
  if (typeof returned === 'string') return inferred(returned)
  if (typeof returned !== 'object' || returned === null || !('statusCode' in returned)) return inferred(payload)
  const { statusCode, headers, cookies, body, isBase64Encoded } = returned as Record<string, unknown>
  const status = typeof statusCode === 'string' && /^\d{3}$/.test(statusCode) ? Number(statusCode) : statusCode
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) return undefined
  const fields = readFields(headers ?? {})
  if (fields === undefined) return undefined
  if (cookies !== undefined && cookies !== null && !Array.isArray(cookies)) return undefined
  for (const cookie of (cookies ?? []) as unknown[]) {
    if (!isFieldValue(cookie)) return undefined
    fields.push('Set-Cookie', cookie)
  }
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined
  if (body && !fields.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'content-type'))
    fields.push('Content-Type', 'application/json')
  return { status, fields, body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8') }
}

function inferred(body: string): ApiAnswer {
  return { status: 200, fields: ['Content-Type', 'application/json'], body: Buffer.from(body) }
}

function readFields(headers: unknown): string[] | undefined {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return undefined
  const fields: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
    if (!isToken(name) || !isFieldValue(text)) return undefined
    if (!ownFields.has(name.toLowerCase())) fields.push(name, text)
  }
  return fields
}

/** What may stand in a field: one line of octets. */
function isFieldValue(value: unknown): value is string {
  return typeof value === 'string' && /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)
}

import { parseHttpDate } from '../cache/http/http-date.ts'
import type { Ms } from '../lib/clock.ts'
import type { Scope, SignableRequest } from './signature-canonical.ts'

/** What a request says of its own signature; nothing of it is checked yet. */
export interface Claim {
  kind: 'claim'
  accessKeyId: string
  scope: Scope
  signedHeaders: string[]
  signature: string
  /** `YYYYMMDDTHHMMSSZ`. */
  amzDate: string
  signedAtMs: Ms
  /** How long a presigned URL holds. */
  expiresMs: Ms
  isPresigned: boolean
  sessionToken: string | undefined
  payloadHash: string | undefined
}

/** Why a request is not believed. Each service words it in its own way. */
export interface Refusal {
  kind: 'refused'
  reason:
    | 'malformed'
    | 'malformed-query'
    | 'unsupported'
    | 'missing-date'
    | 'unknown-key'
    | 'unsigned-field'
    | 'wrong-signature'
    | 'wrong-token'
    | 'skewed'
    | 'expired'
  message: string
  details: Readonly<Record<string, string>>
}

const longestExpirySeconds = 7 * 24 * 3600

/** Reads the Authorization field or the query of a presigned URL. */
export function readClaim(request: SignableRequest): Claim | Refusal | { kind: 'anonymous' } {
  const header = createFieldReader(request.rawHeaders)
  const authorization = header('authorization')
  const mark = request.target.indexOf('?')
  const query = new URLSearchParams(mark < 0 ? '' : request.target.slice(mark + 1))
  const isPresigned = query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature') || query.has('X-Amz-Credential')
  if (authorization !== undefined && isPresigned)
    return wrong(
      'unsupported',
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    )
  if (authorization !== undefined) return readField(authorization, header)
  return isPresigned ? readQuery(query, header) : { kind: 'anonymous' }
}

type FieldReader = (name: string) => string | undefined

function createFieldReader(rawHeaders: readonly string[]): FieldReader {
  return name => {
    for (let index = 0; index < rawHeaders.length; index += 2)
      if (rawHeaders[index]!.toLowerCase() === name) return rawHeaders[index + 1]!
    return undefined
  }
}

function readField(authorization: string, header: FieldReader): Claim | Refusal {
  const [, algorithm, rest] = /^(\S+)\s+(.*)$/s.exec(authorization.trim()) ?? []
  if (algorithm !== 'AWS4-HMAC-SHA256') {
    if (algorithm !== undefined && /^AWS/.test(algorithm))
      return wrong(
        'unsupported',
        'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
      )
    return wrong('unsupported', 'Unsupported Authorization Type')
  }
  const parts = new Map<string, string>()
  for (const part of rest!.split(',')) {
    const [, name, value] = /^\s*([A-Za-z]+)\s*=\s*(.*?)\s*$/.exec(part) ?? []
    if (name !== undefined) parts.set(name, value!)
  }
  for (const name of ['Credential', 'SignedHeaders', 'Signature'])
    if (!parts.get(name)) return wrong('malformed', `The authorization header is malformed; missing ${name}.`)
  const credential = readCredential(parts.get('Credential')!)
  if (credential === undefined)
    return wrong(
      'malformed',
      'The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    )
  const time = timeOf(header)
  if (time === undefined) return wrong('missing-date', 'AWS authentication requires a valid Date or x-amz-date header')
  return {
    kind: 'claim',
    ...credential,
    ...time,
    signedHeaders: parts.get('SignedHeaders')!.toLowerCase().split(';'),
    signature: parts.get('Signature')!,
    expiresMs: 0,
    isPresigned: false,
    sessionToken: header('x-amz-security-token'),
    payloadHash: header('x-amz-content-sha256'),
  }
}

function readQuery(query: URLSearchParams, header: FieldReader): Claim | Refusal {
  if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256')
    return wrong('malformed-query', 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"')
  for (const name of ['Credential', 'Signature', 'Date', 'SignedHeaders', 'Expires'])
    if (!query.get(`X-Amz-${name}`))
      return wrong(
        'malformed-query',
        'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
      )
  const credential = readCredential(query.get('X-Amz-Credential')!)
  if (credential === undefined)
    return wrong(
      'malformed-query',
      'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    )
  const amzDate = query.get('X-Amz-Date')!
  const signedAtMs = parseAmzDate(amzDate)
  if (signedAtMs === undefined)
    return wrong('malformed-query', `X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`)
  const expires = Number(query.get('X-Amz-Expires'))
  if (!Number.isInteger(expires)) return wrong('malformed-query', 'X-Amz-Expires should be a number')
  if (expires < 0) return wrong('malformed-query', 'X-Amz-Expires must be non-negative')
  if (expires > longestExpirySeconds)
    return wrong(
      'malformed-query',
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    )
  return {
    kind: 'claim',
    ...credential,
    signedHeaders: query.get('X-Amz-SignedHeaders')!.toLowerCase().split(';'),
    signature: query.get('X-Amz-Signature')!,
    amzDate,
    signedAtMs,
    expiresMs: expires * 1000,
    isPresigned: true,
    sessionToken: query.get('X-Amz-Security-Token') ?? header('x-amz-security-token'),
    payloadHash: header('x-amz-content-sha256') ?? query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  }
}

function readCredential(text: string): { accessKeyId: string; scope: Scope } | undefined {
  const parts = text.split('/')
  const [terminal, service, region, day] = parts.slice(-4).reverse()
  const accessKeyId = parts.slice(0, -4).join('/')
  if (terminal !== 'aws4_request' || !accessKeyId || !service || !region || !/^\d{8}$/.test(day ?? '')) return undefined
  return { accessKeyId, scope: { day: day!, region, service } }
}

/** When the request was signed: `X-Amz-Date`, or where that is absent `Date`. */
function timeOf(header: FieldReader): { amzDate: string; signedAtMs: Ms } | undefined {
  const written = header('x-amz-date') ?? header('date')
  if (written === undefined) return undefined
  const signedAtMs = parseAmzDate(written) ?? parseHttpDate(written, 0)
  if (signedAtMs === undefined) return undefined
  return { amzDate: new Date(signedAtMs).toISOString().replace(/[-:]|\.\d{3}/g, ''), signedAtMs }
}

function parseAmzDate(text: string): Ms | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) return undefined
  const ms = Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`)
  return Number.isNaN(ms) ? undefined : ms
}

function wrong(reason: Refusal['reason'], message: string): Refusal {
  return { kind: 'refused', reason, message, details: {} }
}

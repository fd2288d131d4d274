import { createHash, createHmac } from 'node:crypto'

// The canonical form of a request and the keys by which version 4 signs it. Texts that hold header values are taken as
// Latin-1, one character a byte, as Node.js reads them from the wire, so that names in UTF-8 hash as they were sent.
// Source: AWS General Reference, "Signature Version 4 signing process".

/** What of a request its signature covers. */
export interface SignableRequest {
  method: string
  /** Path and query as they came. */
  target: string
  /** Names and values in turn, as they came. */
  rawHeaders: readonly string[]
}

export interface Scope {
  /** `YYYYMMDD`. */
  day: string
  region: string
  service: string
}

export function scopeText({ day, region, service }: Scope): string {
  return `${day}/${region}/${service}/aws4_request`
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256')
    .update(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
    .digest('hex')
}

export function hmac(key: string | Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'latin1').digest()
}

/** The key of a day, region and service. */
export function signingKeyOf(secretAccessKey: string, { day, region, service }: Scope): Buffer {
  const ofDay = createHmac('sha256', `AWS4${secretAccessKey}`).update(day).digest()
  return hmac(hmac(hmac(ofDay, region), service), 'aws4_request')
}

/** The text that is signed: the names of algorithm, time and scope, and the hash of the canonical request. */
export function stringToSign(canonicalRequest: string, amzDate: string, scope: Scope): string {
  return ['AWS4-HMAC-SHA256', amzDate, scopeText(scope), sha256Hex(canonicalRequest)].join('\n')
}

/**
 * Canonical requests that a client may have meant, the documented one first. S3 encodes the path once and other services twice; some clients
 * sign the path just as they send it.
 */
export function canonicalRequests(
  { method, target, rawHeaders }: SignableRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
  service: string,
): string[] {
  const mark = target.indexOf('?')
  const path = (mark < 0 ? target : target.slice(0, mark)) || '/'
  const query = canonicalQuery(mark < 0 ? '' : target.slice(mark + 1))
  const headers = signedHeaders.map(name => `${name}:${fieldOf(rawHeaders, name)}\n`).join('')
  const once = path
    .split('/')
    .map(segment => encodeStrictly(decodeOnce(segment)))
    .join('/')
  const twice = path.split('/').map(encodeStrictly).join('/')
  const paths = service === 's3' ? [once, path] : [twice, once, path]
  return [...new Set(paths)].map(text =>
    [method, text, query, headers, signedHeaders.join(';'), payloadHash].join('\n'),
  )
}

/** All values of a field, each trimmed and with runs of spaces made one, joined by commas. */
function fieldOf(rawHeaders: readonly string[], name: string): string {
  const values: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]!.toLowerCase() === name) values.push(rawHeaders[index + 1]!.trim().replace(/ +/g, ' '))
  return values.join(',')
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter(part => part !== '')
    .map(part => {
      const equals = part.indexOf('=')
      const name = equals < 0 ? part : part.slice(0, equals)
      const value = equals < 0 ? '' : part.slice(equals + 1)
      return [encodeStrictly(decodeOnce(name)), encodeStrictly(decodeOnce(value))] as const
    })
    .filter(([name]) => name !== 'X-Amz-Signature')
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : x > y ? 1 : 0) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** Percent-encodes every byte but the unreserved ones. Source: RFC 3986, 2.3. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Undoes percent-encoding; what is encoded wrongly stays as it is. */
function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

import { createHmac } from 'node:crypto'
import { parseHttpDate } from '../cache/http/http-date.ts'
import type { Ms } from '../lib/clock.ts'
import type { Identities } from './identities.ts'
import { greatestSkewMs, isEqual, refuse, type Verdict } from './signature.ts'
import type { SignableRequest } from './signature-canonical.ts'

/** Names of a query that are part of what is signed. */
const signedNames = new Set([
  'acl', 'cors', 'delete', 'lifecycle', 'location', 'logging', 'notification', 'partNumber', 'policy', 'requestPayment', 'restore', 'tagging', 'torrent',
  'uploadId', 'uploads', 'versionId', 'versioning', 'versions', 'website', 'response-cache-control', 'response-content-disposition',
  'response-content-encoding', 'response-content-language', 'response-content-type', 'response-expires',
]) // biome-ignore format: a list of names

/** True when a request is signed in the old way, as `aws s3 presign` and boto3 still do where nobody asks for version 4. */
export function isVersion2({ target, rawHeaders }: SignableRequest): boolean {
  if (/[?&]AWSAccessKeyId=/.test(target) && /[?&]Signature=/.test(target)) return true
  return rawHeaders.some(
    (text, index) =>
      index % 2 === 1 && text.startsWith('AWS ') && rawHeaders[index - 1]!.toLowerCase() === 'authorization',
  )
}

/**
 * Checks signature version 2, in the Authorization field or in the query of a presigned URL. `hostedBucket` is the bucket that the Host field
 * names, if it does.
 *
 * Source: Amazon S3 API Reference, "Authenticating requests (AWS signature version 2)", "Signing and authenticating REST requests".
 */
export function checkVersion2(
  request: SignableRequest,
  hostedBucket: string | undefined,
  identities: Identities,
  now: Ms,
): Verdict {
  const { target, rawHeaders } = request
  const mark = target.indexOf('?')
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1))
  const isPresigned = query.has('Signature')
  const [, headerKey, headerSignature] = /^AWS ([^:]+):(.+)$/.exec(fieldOf(rawHeaders, 'authorization') ?? '') ?? []
  const accessKeyId = isPresigned ? query.get('AWSAccessKeyId') : headerKey
  const signature = isPresigned ? query.get('Signature') : headerSignature
  if (!accessKeyId || !signature) return refuse('malformed', 'The authorization header is malformed.')
  const identity = identities.find(accessKeyId)
  if (identity === undefined) return refuse('unknown-key', '', { AWSAccessKeyId: accessKeyId })
  const expires = query.get('Expires') ?? ''
  const texts = resourcesOf(target, query, hostedBucket).map(resource =>
    [
      request.method,
      fieldOf(rawHeaders, 'content-md5') ?? '',
      fieldOf(rawHeaders, 'content-type') ?? '',
      isPresigned
        ? expires
        : fieldOf(rawHeaders, 'x-amz-date') === undefined
          ? (fieldOf(rawHeaders, 'date') ?? '')
          : '',
      amzFields(rawHeaders, query) + resource,
    ].join('\n'),
  )
  const isRight = texts.some(text =>
    isEqual(createHmac('sha1', identity.secretAccessKey).update(text, 'latin1').digest('base64'), signature),
  )
  if (!isRight)
    return refuse('wrong-signature', '', {
      AWSAccessKeyId: accessKeyId,
      StringToSign: texts[0]!,
      SignatureProvided: signature,
    })
  const late = isPresigned
    ? !(Number(expires) * 1000 > now)
    : !(Math.abs(dateOf(rawHeaders, now) - now) <= greatestSkewMs)
  if (late)
    return isPresigned
      ? refuse('expired', 'Request has expired', { Expires: expires, ServerTime: new Date(now).toISOString() })
      : refuse('skewed', '')
  const token = query.get('x-amz-security-token') ?? fieldOf(rawHeaders, 'x-amz-security-token')
  if ((identity.sessionToken ?? token) !== undefined && identity.sessionToken !== token)
    return refuse('wrong-token', '')
  const seed = { signature, amzDate: '', scope: { day: '', region: '', service: 's3' }, signingKey: Buffer.alloc(0) }
  return { kind: 'proven', identity, isPresigned, payloadHash: 'UNSIGNED-PAYLOAD', seed }
}

function fieldOf(rawHeaders: readonly string[], name: string): string | undefined {
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name)
  return at < 0 ? undefined : rawHeaders[at + 1]!.trim()
}

function dateOf(rawHeaders: readonly string[], now: Ms): Ms {
  return parseHttpDate(fieldOf(rawHeaders, 'x-amz-date') ?? fieldOf(rawHeaders, 'date') ?? '', now) ?? Number.NaN
}

function amzFields(rawHeaders: readonly string[], query: URLSearchParams): string {
  const fields = new Map<string, string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase()
    if (!name.startsWith('x-amz-')) continue
    const value = rawHeaders[index + 1]!.trim()
    fields.set(name, fields.has(name) ? `${fields.get(name)},${value}` : value)
  }
  for (const [name, value] of query) if (name.startsWith('x-amz-')) fields.set(name, value)
  return [...fields]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}\n`)
    .join('')
}

/** What is asked for, as clients write it: some end the name of a bucket by a slash that the request does not have. */
function resourcesOf(target: string, query: URLSearchParams, hostedBucket: string | undefined): string[] {
  const path = target.split('?')[0]!
  const parts = [...query].filter(([name]) => signedNames.has(name)).sort(([a], [b]) => (a < b ? -1 : 1))
  const text = parts.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&')
  const paths = /^\/[^/]+$/.test(path) && hostedBucket === undefined ? [path, `${path}/`] : [path]
  return paths.map(
    one => (hostedBucket === undefined ? '' : `/${hostedBucket}`) + one + (text === '' ? '' : `?${text}`),
  )
}

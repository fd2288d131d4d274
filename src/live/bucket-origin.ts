import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Ms } from '../lib/clock.ts'
import type { Identity } from '../services/identities.ts'
import { canonicalRequests, hmac, signingKeyOf, stringToSign } from '../services/signature-canonical.ts'
import { refuse } from './refuse.ts'

export interface BucketOriginOptions {
  bucket: string
  region: string
  /** Who the PoPs are to the bucket: somebody who may read it. */
  identity: Identity
  /** The lifetime of objects that were written without one of their own. */
  maxAgeMs: Ms
  /** The bucket service. */
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Milliseconds since 1970. */
  now(): Ms
}

const unsigned = 'UNSIGNED-PAYLOAD'
/** The object of a path that ends with a slash. */
const indexName = 'index.html'

/**
 * A bucket as the origin of PoPs, as a CDN's access control to a private bucket works: requests of visitors carry no credentials, so the
 * asks of the PoPs are signed here. Only reading passes, and no query: neither lists nor parts of the bucket's own language are for visitors.
 */
export function createBucketOrigin(
  options: BucketOriginOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { bucket, handle } = options
  return (request, response) => {
    const { method } = request
    if (method !== 'GET' && method !== 'HEAD') {
      request.resume()
      return refuse(response, 405, 'a bucket behind a PoP is only read', { fields: ['Allow', 'GET, HEAD'] })
    }
    const path = request.url!.split('?')[0]!
    request.url = `/${bucket}${path}${path.endsWith('/') ? indexName : ''}`
    sign(request, options)
    giveLifetime(response, options.maxAgeMs)
    handle(request, response)
  }
}

/** Adds the lifetime of the origin to answers that name none. */
function giveLifetime(response: ServerResponse, maxAgeMs: Ms): void {
  const write = response.writeHead.bind(response) as (...all: unknown[]) => ServerResponse
  response.writeHead = (status: number, ...rest: unknown[]): ServerResponse => {
    const names = Object.keys(rest.at(-1) ?? {}).map(name => name.toLowerCase())
    if (status < 400 && !response.hasHeader('cache-control') && !names.includes('cache-control'))
      response.setHeader('Cache-Control', `max-age=${Math.floor(maxAgeMs / 1000)}`)
    return write(status, ...rest)
  }
}

/** Signs a request in the place of whatever its visitor sent along. Source: Amazon S3 API Reference, "Authenticating requests". */
function sign(request: IncomingMessage, { region, identity, now }: BucketOriginOptions): void {
  const amzDate = new Date(now()).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const scope = { day: amzDate.slice(0, 8), region, service: 's3' }
  const fields: string[] = []
  for (let at = 0; at < request.rawHeaders.length; at += 2)
    if (!/^(?:authorization|host|x-amz-.*)$/i.test(request.rawHeaders[at]!))
      fields.push(request.rawHeaders[at]!, request.rawHeaders[at + 1]!)
  fields.push('Host', 'bucket', 'X-Amz-Date', amzDate, 'X-Amz-Content-SHA256', unsigned)
  const names = ['host', 'x-amz-content-sha256', 'x-amz-date']
  const signable = { method: request.method!, target: request.url!, rawHeaders: fields }
  const [canonical] = canonicalRequests(signable, names, unsigned, 's3') as [string]
  const key = signingKeyOf(identity.secretAccessKey, scope)
  const signature = hmac(key, stringToSign(canonical, amzDate, scope)).toString('hex')
  const credential = `${identity.accessKeyId}/${scope.day}/${region}/s3/aws4_request`
  fields.push(
    'Authorization',
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  )
  request.rawHeaders = fields
  request.headers = joined(fields)
}

/** Fields by name in small letters, as Node.js would have read them. */
function joined(fields: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!.toLowerCase()
    headers[name] = headers[name] === undefined ? fields[at + 1]! : `${headers[name]}, ${fields[at + 1]}`
  }
  return headers
}

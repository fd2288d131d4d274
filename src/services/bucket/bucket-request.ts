import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Ms } from '../../lib/clock.ts'
import type { Identity } from '../identities.ts'
import type { SignatureSeed } from '../signature.ts'
import type { BucketStore } from './bucket-store.ts'
import { BucketFailure } from './failure.ts'

/** A request to the bucket service, taken apart. */
export interface BucketRequest {
  request: IncomingMessage
  response: ServerResponse
  store: BucketStore
  now: Ms
  requestId: string
  method: string
  /** Empty when the request is about the service as a whole. */
  bucket: string
  /** Empty when the request is about a bucket. */
  key: string
  query: ReadonlyMap<string, string>
  /** A field's text, or undefined. */
  field(name: string): string | undefined
  /** Who signed it; undefined when nobody did. */
  identity: Identity | undefined
  payloadHash: string
  seed: SignatureSeed | undefined
}

/** What the target and the Host field of a request name. */
export interface BucketTarget {
  bucket: string
  key: string
  query: Map<string, string>
}

const longestKeyBytes = 1024
/** `BUCKET.localhost`, `BUCKET.s3.localhost`, `BUCKET.s3.eu-west-1.amazonaws.com`. */
const virtualHost = /^(.+?)\.(?:s3(?:[.-][a-z0-9-]+)*\.)?(?:localhost|amazonaws\.com)(?::\d+)?$/i

/** Reads path style and virtual-host style. Throws InvalidURI, KeyTooLongError. */
export function readBucketTarget(target: string, host: string | undefined): BucketTarget {
  const withoutOrigin = target.replace(/^https?:\/\/[^/?]*/i, '')
  const mark = withoutOrigin.indexOf('?')
  const path = mark < 0 ? withoutOrigin : withoutOrigin.slice(0, mark)
  const query = readQuery(mark < 0 ? '' : withoutOrigin.slice(mark + 1))
  const hosted = hostedBucketOf(host)
  const rest = path.replace(/^\//, '')
  if (hosted !== undefined) return { bucket: hosted, key: readKey(rest), query }
  const slash = rest.indexOf('/')
  if (slash < 0) return { bucket: decode(rest), key: '', query }
  return { bucket: decode(rest.slice(0, slash)), key: readKey(rest.slice(slash + 1)), query }
}

/** The bucket that a Host field names, if it does. */
export function hostedBucketOf(host: string | undefined): string | undefined {
  const bucket = virtualHost.exec(host ?? '')?.[1]?.toLowerCase()
  return bucket === 's3' ? undefined : bucket
}

function readKey(text: string): string {
  const key = decode(text)
  const bytes = Buffer.byteLength(key)
  if (bytes > longestKeyBytes)
    throw new BucketFailure('KeyTooLongError', undefined, {
      Size: String(bytes),
      MaxSizeAllowed: String(longestKeyBytes),
    })
  return key
}

function readQuery(text: string): Map<string, string> {
  const query = new Map<string, string>()
  for (const part of text.split('&').filter(piece => piece !== '')) {
    const equals = part.indexOf('=')
    const name = decode((equals < 0 ? part : part.slice(0, equals)).replaceAll('+', ' '))
    if (!query.has(name)) query.set(name, equals < 0 ? '' : decode(part.slice(equals + 1).replaceAll('+', ' ')))
  }
  return query
}

export function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new BucketFailure('InvalidURI', undefined, { URI: text })
  }
}

/** A whole number that a query gives. Throws InvalidArgument. */
export function numberIn(
  query: ReadonlyMap<string, string>,
  name: string,
  least: number,
  greatest: number,
): number | undefined {
  const text = query.get(name)
  if (text === undefined) return undefined
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= greatest))
    throw new BucketFailure('InvalidArgument', `Argument ${name} must be an integer between ${least} and ${greatest}`, {
      ArgumentName: name,
      ArgumentValue: text,
    })
  return value
}

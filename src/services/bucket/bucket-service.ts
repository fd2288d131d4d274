import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type PrefixRate, prefixOf } from '../../backend/prefix-rate.ts'
import type { Ms } from '../../lib/clock.ts'
import type { Identities } from '../identities.ts'
import { checkSignature } from '../signature.ts'
import { checkVersion2, isVersion2 } from '../signature-v2.ts'
import { requireBelieved } from './access.ts'
import { sendFailure } from './answer.ts'
import { type BucketRequest, hostedBucketOf, readBucketTarget } from './bucket-request.ts'
import type { BucketStore } from './bucket-store.ts'
import { allowOrigin, answerPreflight } from './cors.ts'
import { BucketFailure } from './failure.ts'
import { routeRequest } from './routes.ts'

export interface BucketServiceOptions {
  store: BucketStore
  identities: Identities
  now(): Ms
  /** Requests a second that a prefix may take; undefined for no limit. */
  rate?: PrefixRate
  /** How long the first byte of an answer is held back: the service time of a real store. Nothing is when it is left out. */
  firstByteMs?(): Ms
  /** Is told of what went wrong inside, which the client sees as InternalError only. */
  onFault?(error: unknown): void
}

export type ServiceHandler = (request: IncomingMessage, response: ServerResponse) => void

/**
 * The bucket service over HTTP: what Amazon S3's REST API says, for clients that were written for it. Every failure is a documented
 * error; nothing that a client sends ends the process.
 */
export function createBucketService(options: BucketServiceOptions): ServiceHandler {
  const { onFault = () => undefined } = options
  return (request, response) => {
    const requestId = randomBytes(8).toString('hex').toUpperCase()
    response.setHeader('x-amz-request-id', requestId)
    response.setHeader('x-amz-id-2', 'cdnlab')
    response.setHeader('Server', 'cdnlab')
    const asked = emptyRequest(options, request, response, requestId)
    answer(options, asked).catch(error => {
      if (!(error instanceof BucketFailure) && !response.headersSent && !response.destroyed) onFault(error)
      sendFailure(asked, error)
    })
  }
}

function emptyRequest(
  { store, now }: BucketServiceOptions,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): BucketRequest {
  return {
    request,
    response,
    store,
    requestId,
    now: now(),
    method: request.method ?? 'GET',
    bucket: '',
    key: '',
    query: new Map(),
    field: name => {
      const value = request.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
    identity: undefined,
    payloadHash: 'UNSIGNED-PAYLOAD',
    seed: undefined,
  }
}

/** Fills in what a request names and who signed it, and does it. */
async function answer(options: BucketServiceOptions, asked: BucketRequest): Promise<void> {
  const { request, method, now } = asked
  Object.assign(asked, readBucketTarget(request.url ?? '/', request.headers.host))
  if (method === 'OPTIONS') return answerPreflight(asked)
  allowOrigin(asked)
  const signable = { method, target: request.url ?? '/', rawHeaders: request.rawHeaders }
  const { identities } = options
  const verdict = isVersion2(signable)
    ? checkVersion2(signable, hostedBucketOf(request.headers.host), identities, now)
    : checkSignature(signable, { identities, now, service: 's3' })
  requireBelieved(verdict)
  if (verdict.kind === 'proven') {
    asked.identity = verdict.identity
    asked.payloadHash = verdict.payloadHash
    asked.seed = verdict.seed
  } else asked.payloadHash = asked.field('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD'
  const kind = method === 'GET' || method === 'HEAD' ? 'read' : 'write'
  if (options.rate?.take(now, `${asked.bucket}/${prefixOf(asked.key)}`, kind) === false)
    throw new BucketFailure('SlowDown')
  const waitMs = options.firstByteMs?.() ?? 0
  if (waitMs > 0) await new Promise(done => setTimeout(done, waitMs))
  checkOwner(asked)
  await routeRequest(asked)
}

/** `x-amz-expected-bucket-owner` guards against a bucket that has changed hands. */
function checkOwner({ field, store, bucket }: BucketRequest): void {
  const expected = field('x-amz-expected-bucket-owner')
  if (
    expected !== undefined &&
    bucket !== '' &&
    store.hasBucket(bucket) &&
    store.shelfOf(bucket).bucket.owner !== expected
  )
    throw new BucketFailure('AccessDenied')
}

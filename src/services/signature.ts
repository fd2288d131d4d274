import { timingSafeEqual } from 'node:crypto'
import type { Ms } from '../lib/clock.ts'
import type { Identities, Identity } from './identities.ts'
import {
  canonicalRequests,
  hmac,
  type Scope,
  type SignableRequest,
  signingKeyOf,
  stringToSign,
} from './signature-canonical.ts'
import { type Claim, type Refusal, readClaim } from './signature-claim.ts'

/** What a signature turned out to be. */
export type Verdict = Anonymous | Proven | Refusal

/** The request is not signed at all. */
export interface Anonymous {
  kind: 'anonymous'
}

/** The request was signed by somebody who is known. */
export interface Proven {
  kind: 'proven'
  identity: Identity
  isPresigned: boolean
  /** What the request says of its body's hash: hex, `UNSIGNED-PAYLOAD` or a `STREAMING-` form. */
  payloadHash: string
  /** What the chunks of a streamed body are signed with. */
  seed: SignatureSeed
}

export interface SignatureSeed {
  signature: string
  amzDate: string
  scope: Scope
  signingKey: Buffer
}

export interface SignatureOptions {
  identities: Identities
  now: Ms
  /** Which service's scope a signature must have. */
  service: string
  /** The hash of the body in hex, where it is known already; a signature's own word on it must then be the same. */
  bodyHash?: string
}

/** How far a signature's time may be from ours. */
export const greatestSkewMs = 15 * 60 * 1000

/**
 * Checks signature version 4, in the Authorization field or in the query of a presigned URL.
 *
 * Source: AWS General Reference, "Signature Version 4 signing process"; Amazon S3 API Reference, "Authenticating requests".
 */
export function checkSignature(request: SignableRequest, options: SignatureOptions): Verdict {
  const claim = readClaim(request)
  if (claim.kind !== 'claim') return claim
  const { identities, now, service, bodyHash } = options
  if (claim.scope.service !== service)
    return refuse('malformed', `Credential should be scoped to correct service: '${service}'.`)
  if (claim.scope.day !== claim.amzDate.slice(0, 8))
    return refuse(
      'malformed',
      `Invalid credential date "${claim.scope.day}". This date is not the same as X-Amz-Date: "${claim.amzDate.slice(0, 8)}".`,
    )
  const late = checkTime(claim, now)
  if (late !== undefined) return late
  const identity = identities.find(claim.accessKeyId)
  if (identity === undefined) return refuse('unknown-key', '', { AWSAccessKeyId: claim.accessKeyId })
  const unsigned = unsignedFieldOf(request, claim)
  if (unsigned !== undefined)
    return refuse('unsigned-field', 'There were headers present in the request which were not signed', {
      HeadersNotSigned: unsigned,
    })

  const payloadHash = claim.payloadHash ?? bodyHash ?? 'UNSIGNED-PAYLOAD'
  const signingKey = signingKeyOf(identity.secretAccessKey, claim.scope)
  const candidates = canonicalRequests(request, claim.signedHeaders, payloadHash, service)
  const isRight = candidates.some(canonical =>
    isEqual(hmac(signingKey, stringToSign(canonical, claim.amzDate, claim.scope)).toString('hex'), claim.signature),
  )
  if (!isRight)
    return refuse('wrong-signature', '', {
      AWSAccessKeyId: claim.accessKeyId,
      StringToSign: stringToSign(candidates[0]!, claim.amzDate, claim.scope),
      SignatureProvided: claim.signature,
      CanonicalRequest: candidates[0]!,
    })
  if (bodyHash !== undefined && payloadHash !== bodyHash && payloadHash !== 'UNSIGNED-PAYLOAD')
    return refuse('wrong-signature', '', {})
  if ((identity.sessionToken ?? claim.sessionToken) !== undefined && identity.sessionToken !== claim.sessionToken)
    return refuse('wrong-token', '')
  const { signature, amzDate, scope, isPresigned } = claim
  return { kind: 'proven', identity, isPresigned, payloadHash, seed: { signature, amzDate, scope, signingKey } }
}

export function refuse(reason: Refusal['reason'], message: string, details: Record<string, string> = {}): Refusal {
  return { kind: 'refused', reason, message, details }
}

/** Equal without telling by its time how much of it is. */
export function isEqual(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

function checkTime({ amzDate, signedAtMs, expiresMs, isPresigned }: Claim, now: Ms): Refusal | undefined {
  if (!isPresigned)
    return Math.abs(now - signedAtMs) <= greatestSkewMs
      ? undefined
      : refuse('skewed', '', {
          RequestTime: amzDate,
          ServerTime: new Date(now).toISOString(),
          MaxAllowedSkewMilliseconds: String(greatestSkewMs),
        })
  if (signedAtMs - now > greatestSkewMs) return refuse('expired', 'Request is not yet valid', {})
  if (now < signedAtMs + expiresMs) return undefined
  return refuse('expired', 'Request has expired', {
    'X-Amz-Expires': String(expiresMs / 1000),
    Expires: new Date(signedAtMs + expiresMs).toISOString(),
    ServerTime: new Date(now).toISOString(),
  })
}

/** The first field that S3 wants signed and that is not: whoever passes a request on must not add orders to it. */
function unsignedFieldOf({ rawHeaders }: SignableRequest, claim: Claim): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase()
    if (!name.startsWith('x-amz-') || name === 'x-amz-content-sha256' || claim.signedHeaders.includes(name)) continue
    if (claim.scope.service === 's3') return name
  }
  return undefined
}

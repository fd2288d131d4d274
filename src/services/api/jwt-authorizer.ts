import type { AuthorizerPlan } from '../../backend/plans.ts'
import { UserError } from '../../lib/user-error.ts'
import type { Authorizer, Judgement } from './authorizers.ts'
import { parseSource } from './sources.ts'

export interface JwtOptions {
  plan: AuthorizerPlan & { kind: 'jwt' }
  /** The text of a file of keys that the plan names. */
  readFile(path: string): Promise<string>
  /** Time of day in milliseconds. */
  now(): number
}

/** Signatures by public keys only: a key that everybody may read must not make tokens. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const skewSeconds = 60

/**
 * Checks JSON Web Tokens: signature by a key of the set, issuer, audience (or `client_id` when there is none), times, and one of the
 * route's scopes. 401 for a token that is not valid, 403 for one without the scope.
 * Throws UserError for a file that holds no keys.
 * Source: Amazon API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers"; RFC 7519; RFC 6750, 3.
 */
export async function createJwtAuthorizer({ plan, readFile, now }: JwtOptions): Promise<Authorizer> {
  const source = parseSource(plan.source)
  const { jwtVerify } = await import('jose')
  const keys = await openKeys(plan, readFile)
  return async (request, wanted) => {
    const token = source(request)?.replace(/^Bearer\s+/i, '')
    if (!token) return unauthorized('')
    let claims: Record<string, unknown>
    try {
      const verified = await jwtVerify(token, keys, {
        algorithms,
        ...(plan.issuer === '' ? {} : { issuer: plan.issuer }),
        clockTolerance: 0,
        currentDate: new Date(now()),
        requiredClaims: ['exp'],
      })
      claims = verified.payload
    } catch {
      return unauthorized('the token is not valid')
    }
    if (typeof claims.iat === 'number' && claims.iat > now() / 1000 + skewSeconds)
      return unauthorized('the token is of the future')
    if (plan.audiences.length > 0 && !meets(claims.aud ?? claims.client_id, plan.audiences))
      return unauthorized('the token is for another audience')
    const scopes = scopesOf(claims)
    if (wanted.length > 0 && !wanted.some(scope => scopes.includes(scope))) {
      const challenge = `Bearer scope="${wanted.join(' ')}" error="insufficient_scope"`
      return { kind: 'refused', status: 403, fields: ['WWW-Authenticate', challenge] }
    }
    const texts = Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, claimText(value)]))
    return { kind: 'passed', context: { jwt: { claims: texts, scopes: wanted.length > 0 ? scopes : null } } }
  }
}

/** Keys of a URL are fetched when a token needs them, and again when it names one that is not there. */
async function openKeys({ name, jwks }: JwtOptions['plan'], readFile: JwtOptions['readFile']) {
  const { createLocalJWKSet, createRemoteJWKSet } = await import('jose')
  if (/^https?:\/\//.test(jwks)) return createRemoteJWKSet(new URL(jwks))
  try {
    return createLocalJWKSet(JSON.parse(await readFile(jwks)))
  } catch (error) {
    const message = `authorizer "${name}": ${jwks} is no set of keys: ${(error as Error).message}`
    throw new UserError({ message, at: { file: jwks } })
  }
}

function unauthorized(description: string): Judgement {
  const detail = description === '' ? '' : ` error="invalid_token" error_description="${description}"`
  return { kind: 'refused', status: 401, fields: ['WWW-Authenticate', `Bearer${detail}`] }
}

function meets(claim: unknown, allowed: readonly string[]): boolean {
  const given = Array.isArray(claim) ? claim : [claim]
  return given.some(value => typeof value === 'string' && allowed.includes(value))
}

/** Scopes of either way to write them. */
function scopesOf({ scope, scp }: Record<string, unknown>): string[] {
  const written = scope ?? scp
  if (typeof written === 'string') return written.split(' ').filter(Boolean)
  return Array.isArray(written) ? written.filter(value => typeof value === 'string') : []
}

/** A claim as text, the way a gateway hands it on: lists in square brackets. */
function claimText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(claimText).join(' ')}]`
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

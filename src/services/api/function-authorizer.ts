import { LRUCache } from 'lru-cache'
import type { AuthorizerPlan } from '../../backend/plans.ts'
import type { LiveFunction } from '../functions/live-function.ts'
import { type ApiRequest, authorizerEvent } from './api-event.ts'
import type { Authorizer, Judgement } from './authorizers.ts'
import { within } from './call-route.ts'
import { parseSource } from './sources.ts'

/** What a function said of somebody, as it is kept. */
interface Opinion {
  allows(resource: string): boolean
  context: object
}

const keptOpinions = 1000
/** Source: the same guide, "Quotas for HTTP APIs", authorizer timeout. */
const timeoutMs = 10_000
const failed: Judgement = { kind: 'refused', status: 500, fields: [] }
const forbidden: Judgement = { kind: 'refused', status: 403, fields: [] }

/**
 * Asks a function whether a request may pass: 401 when one of its identity sources is missing, 403 when it says no, 500 when it
 * fails or answers something else. What it says is kept by its identity sources, for all routes of the API.
 * Source: Amazon API Gateway Developer Guide, "Control access to HTTP APIs with AWS Lambda authorizers".
 */
export function createFunctionAuthorizer(
  plan: AuthorizerPlan & { kind: 'function' },
  target: LiveFunction,
): Authorizer {
  const sources = plan.sources.map(parseSource)
  const kept = new LRUCache<string, Opinion>({ max: keptOpinions, ttl: Math.max(1, plan.cacheMs) })
  return async request => {
    const identity = sources.map(source => source(request))
    if (identity.some(value => value === undefined || value === '')) return { kind: 'refused', status: 401, fields: [] }
    const resource = resourceOf(request)
    const key = JSON.stringify(identity)
    const mayKeep = plan.cacheMs > 0 && sources.length > 0
    let opinion = mayKeep ? kept.get(key) : undefined
    if (opinion === undefined) {
      const event = authorizerEvent(request, identity as string[], resource)
      const outcome = await within(timeoutMs, target.invoke(JSON.stringify(event), { traceId: request.traceId }))
      if (outcome?.kind !== 'answered') return failed
      const answer: unknown = JSON.parse(outcome.payload)
      opinion = plan.response === 'simple' ? readSimple(answer) : readPolicy(answer)
      if (opinion === undefined) return failed
      if (mayKeep) kept.set(key, opinion)
    }
    return opinion.allows(resource) ? { kind: 'passed', context: { lambda: opinion.context } } : forbidden
  }
}

function resourceOf({ apiId, method, path }: ApiRequest): string {
  return `arn:aws:execute-api:us-east-1:000000000000:${apiId}/$default/${method}${path}`
}

function readSimple(answer: unknown): Opinion | undefined {
  const { isAuthorized, context } = (answer ?? {}) as { isAuthorized?: unknown; context?: unknown }
  return typeof isAuthorized === 'boolean' ? { allows: () => isAuthorized, context: contextOf(context) } : undefined
}

interface Statement {
  effect: 'Allow' | 'Deny'
  isMeant(resource: string): boolean
}

/** A policy: what it denies is denied, what it allows is allowed, and all else is denied. */
function readPolicy(answer: unknown): Opinion | undefined {
  const { principalId, policyDocument, context } = (answer ?? {}) as Record<string, unknown>
  const written = (policyDocument as { Statement?: unknown } | undefined)?.Statement
  if (typeof principalId !== 'string' || written === undefined) return undefined
  const statements: Statement[] = []
  for (const one of Array.isArray(written) ? written : [written]) {
    const { Effect, Action, Resource } = (one ?? {}) as Record<string, unknown>
    if (Effect !== 'Allow' && Effect !== 'Deny') return undefined
    const actions = [Action].flat().map(action => patternOf(String(action)))
    const resources = [Resource].flat().map(resource => patternOf(String(resource)))
    const isAction = actions.some(pattern => pattern('execute-api:invoke'))
    statements.push({ effect: Effect, isMeant: resource => isAction && resources.some(pattern => pattern(resource)) })
  }
  return {
    allows(resource) {
      const effects = statements.filter(({ isMeant }) => isMeant(resource)).map(({ effect }) => effect)
      return effects.includes('Allow') && !effects.includes('Deny')
    },
    context: { principalId, ...contextOf(context) },
  }
}

/** Whether a text fits a pattern of `*` and `?`, whatever its case. It takes time in proportion to both lengths. */
function patternOf(pattern: string): (text: string) => boolean {
  const letters = pattern.toLowerCase()
  return written => {
    const text = written.toLowerCase()
    let [at, next, star, mark] = [0, 0, -1, 0]
    while (at < text.length) {
      if (next < letters.length && (letters[next] === '?' || letters[next] === text[at]) && letters[next] !== '*') {
        at++
        next++
      } else if (letters[next] === '*') {
        star = next++
        mark = at
      } else if (star >= 0) {
        next = star + 1
        at = ++mark
      } else return false
    }
    while (letters[next] === '*') next++
    return next === letters.length
  }
}

function contextOf(context: unknown): object {
  return typeof context === 'object' && context !== null && !Array.isArray(context) ? context : {}
}

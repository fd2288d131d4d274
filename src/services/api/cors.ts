import type { IncomingHttpHeaders } from 'node:http'
import type { CorsPlan } from '../../backend/plans.ts'

/** Whether a request asks beforehand what it may do. Source: Fetch Standard, CORS-preflight fetch. */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined
}

/** Fields of the answer to a preflight; none for an origin that is not allowed. */
export function preflightFields(plan: CorsPlan, headers: IncomingHttpHeaders): string[] {
  const fields = corsFields(plan, headers)
  if (fields.length <= 2) return fields
  const list = (name: string, values: readonly string[]): void => {
    if (values.length > 0) fields.push(name, values.join(','))
  }
  list('Access-Control-Allow-Methods', plan.methods)
  list('Access-Control-Allow-Headers', plan.headers)
  if (plan.maxAgeMs > 0) fields.push('Access-Control-Max-Age', String(Math.floor(plan.maxAgeMs / 1000)))
  return fields
}

/**
 * Fields of any answer. Those of the function are replaced: the gateway's configuration is the one that counts.
 * Source: Amazon API Gateway Developer Guide, "Configure CORS for HTTP APIs".
 */
export function corsFields(plan: CorsPlan, { origin }: IncomingHttpHeaders): string[] {
  if (origin === undefined) return []
  const allowsAll = plan.origins.includes('*')
  const isAllowed = allowsAll || plan.origins.some(pattern => matches(pattern, origin))
  if (!isAllowed) return ['Vary', 'Origin']
  const fields = ['Vary', 'Origin', 'Access-Control-Allow-Origin', allowsAll && !plan.credentials ? '*' : origin]
  if (plan.credentials) fields.push('Access-Control-Allow-Credentials', 'true')
  if (plan.exposed.length > 0) fields.push('Access-Control-Expose-Headers', plan.exposed.join(','))
  return fields
}

/** An origin by itself, or all of a scheme: `https://*`. */
function matches(pattern: string, origin: string): boolean {
  return pattern.endsWith('://*')
    ? origin.startsWith(pattern.slice(0, -1))
    : pattern.toLowerCase() === origin.toLowerCase()
}

/** Without the fields that a function wrote for CORS. */
export function withoutCors(fields: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < fields.length; at += 2)
    if (!fields[at]!.toLowerCase().startsWith('access-control-')) kept.push(fields[at]!, fields[at + 1]!)
  return kept
}

import { UserError } from '../../lib/user-error.ts'
import { type ApiRequest, headersOf, queryOf } from './api-event.ts'

/** Reads one thing out of a request. */
export type Source = (request: ApiRequest) => string | undefined

/**
 * Reads an expression such as `$request.header.Authorization`, `$request.querystring.token` or `$context.routeKey`. Throws UserError.
 * Source: Amazon API Gateway Developer Guide, "Identity sources".
 */
export function parseSource(expression: string): Source {
  const [, place, name = ''] = /^\$request\.(header|querystring)\.([A-Za-z0-9_.-]+)$/.exec(expression) ?? []
  if (place === 'header') return ({ rawHeaders }) => headersOf(rawHeaders)[name.toLowerCase()]
  if (place === 'querystring') return ({ query }) => queryOf(query)[name]
  if (expression === '$context.routeKey') return ({ routeKey }) => routeKey
  if (expression === '$context.httpMethod') return ({ method }) => method
  if (expression === '$context.path') return ({ path }) => path
  throw new UserError({
    message: `identity source "${expression}" is not known`,
    hint: '$request.header.NAME, $request.querystring.NAME, $context.routeKey, $context.httpMethod or $context.path',
  })
}

import type { IncomingMessage } from 'node:http'
import type { Fields } from '../cache/http/fields.ts'
import type { Mode } from '../cache/http/freshness.ts'
import { endToEndFields, isUnkeyedRequestField } from '../cache/http/hop-by-hop.ts'
import { validatingFields } from '../cache/http/validators.ts'
import type { RequestHead } from './request-head.ts'
import type { StoredResponse } from './stored-response.ts'
import type { UpstreamRequest } from './upstream.ts'

/** What of a request goes to the upstream, and what a PoP adds. */
export interface Forwarding {
  mode: Mode
  via: string
  loopName: string
  /** The Host that the upstream gets: the client's, or a fixed one. */
  host: string
  /** Puts the context of the PoP's own span into the fields. */
  trace(fields: Fields): Fields
}

/** Conditions of a client that the shelf answers itself. */
const answeredHere = new Set(['if-none-match', 'if-modified-since'])
/** What a request for a whole validated answer leaves out. */
const partial = new Set(['range', 'if-range'])

/**
 * The request for the upstream. `held` is what it shall be asked about. With `fills` the answer is for the shelf, so that the
 * client's own conditions are left out; else they pass. Source: RFC 9110, 7.6; RFC 9111, 4.3.1; RFC 8586.
 */
export function forwardedRequest(
  head: RequestHead,
  request: IncomingMessage | undefined,
  { mode, via, loopName, host, trace }: Forwarding,
  held: StoredResponse | undefined,
  fills: boolean,
): UpstreamRequest {
  const fields = endToEndFields(head.fields, name => {
    if (name === 'host' || name === 'expect') return true
    if (fills && (answeredHere.has(name) || (held !== undefined && partial.has(name)))) return true
    if (name === 'content-length' && !head.hasBody && fills) return true
    return mode === 'cdn' && isUnkeyedRequestField(name)
  })
  fields.unshift('Host', host)
  fields.push('Via', via, 'CDN-Loop', loopName)
  if (held !== undefined) fields.push(...validatingFields(held.fields))
  const isFat = head.hasBody && (head.method === 'GET' || head.method === 'HEAD')
  const body = head.hasBody && request !== undefined ? request : null
  return { method: head.method, path: head.path, fields: trace(fields), body, isLast: isFat }
}

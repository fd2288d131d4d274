import type { IncomingMessage } from 'node:http'
import { type Directives, parseCacheControl } from '../cache/http/directives.ts'
import { combined, type Fields, isToken, linesOf, membersOf } from '../cache/http/fields.ts'
import type { Mode } from '../cache/http/freshness.ts'
import { connectionNames, forbiddenConnectionName } from '../cache/http/hop-by-hop.ts'
import { readAuthority, readTarget } from '../cache/http/target.ts'

/** What a PoP wants to know of a request's head before it does anything. */
export interface RequestHead {
  method: string
  /** Path and query in their one form. */
  path: string
  /** The host that the request is for, in lower case; '' when an HTTP/1.0 request names none. */
  host: string
  fields: Fields
  /** Cache directives that are heeded: none in `cdn`. */
  control: Directives
  isAuthorized: boolean
  hasBody: boolean
  range: string | undefined
  /** True with If-None-Match or If-Modified-Since, which a cache may answer. */
  isConditional: boolean
  /** True with If-Match or If-Unmodified-Since, which only the origin may judge (RFC 9111, 4.3.2). */
  hasPrecondition: boolean
  /** How often a CDN has forwarded it, by name. */
  loop: readonly string[]
}

/** A request that is not worked on: the status and why. */
export interface Refusal {
  status: number
  reason: string
  /** True when nothing more on this connection can be trusted. */
  isFramingSuspect: boolean
}

export interface HeadLimits {
  fieldBytes: number
  fields: number
  targetBytes: number
}

export const headLimits: HeadLimits = { fieldBytes: 16 * 1024, fields: 1000, targetBytes: 8 * 1024 }

const noDirectives: Directives = new Map()

/** Reads a request's head in one pass and refuses what careful servers refuse. */
export function readRequestHead(request: IncomingMessage, mode: Mode): RequestHead | Refusal {
  const method = request.method!
  const written = request.url!
  const fields = request.rawHeaders
  if (request.httpVersionMajor === 0) return refuse(400, 'a request line needs a version', true)
  if (request.httpVersionMajor > 1) return refuse(505, 'only HTTP/1.0 and HTTP/1.1 are spoken here', true)
  if (written.length > headLimits.targetBytes) return refuse(414, 'the target is too long')
  if (fields.length > headLimits.fields * 2) return refuse(431, 'too many fields')
  const head: RequestHead = {
    method,
    path: '',
    host: '',
    fields,
    control: noDirectives,
    isAuthorized: false,
    hasBody: false,
    range: undefined,
    isConditional: false,
    hasPrecondition: false,
    loop: [],
  }
  const refusal = readFields(request, head, mode)
  if (refusal !== undefined) return refusal
  const target = written === '*' && method === 'OPTIONS' ? { path: '*', authority: undefined } : readTarget(written)
  if (target === undefined) return refuse(400, 'the target is malformed')
  head.path = target.path
  if (target.authority !== undefined) head.host = target.authority
  return head
}

export function isRefusal(head: RequestHead | Refusal): head is Refusal {
  return 'status' in head
}

function readFields(request: IncomingMessage, head: RequestHead, mode: Mode): Refusal | undefined {
  const { fields } = head
  let bytes = 0
  let hosts = 0
  for (let at = 0; at < fields.length; at += 2) {
    const value = fields[at + 1]!
    bytes += fields[at]!.length + value.length + 4
    switch (fields[at]!.toLowerCase()) {
      case 'host': {
        const host = readAuthority(value)
        if (host === undefined || ++hosts > 1) return refuse(400, 'exactly one well-formed Host is needed', true)
        head.host = host
        break
      }
      case 'connection': {
        if (value === 'keep-alive' || value === 'close') break
        const forbidden = forbiddenConnectionName(connectionNames(fields))
        if (forbidden !== undefined) return refuse(400, `Connection must not name ${forbidden}`, true)
        break
      }
      case 'transfer-encoding':
        if (request.httpVersionMinor === 0) return refuse(400, 'no Transfer-Encoding in HTTP/1.0', true)
        head.hasBody = true
        break
      case 'content-length':
        if (value !== '0') head.hasBody = true
        break
      case 'cache-control':
        if (mode === 'conformant' && head.control === noDirectives)
          head.control = parseCacheControl(combined(fields, 'cache-control'))
        break
      case 'authorization':
        head.isAuthorized = true
        break
      case 'range':
        head.range = head.range === undefined ? value : ''
        break
      case 'if-none-match':
      case 'if-modified-since':
        head.isConditional = true
        break
      case 'if-match':
      case 'if-unmodified-since':
        head.hasPrecondition = true
        break
      case 'cdn-loop':
        head.loop = linesOf(fields, 'cdn-loop').flatMap(line => membersOf(line).map(nameOf))
        break
    }
  }
  return bytes > headLimits.fieldBytes ? refuse(431, 'the fields are too long') : undefined
}

/** The name of a CDN-Loop member without its parameters. Source: RFC 8586, 2. */
function nameOf(member: string): string {
  const name = member.split(';')[0]!.trim()
  return isToken(name.replace(/:\d+$/, '')) ? name : ''
}

function refuse(status: number, reason: string, isFramingSuspect = false): Refusal {
  return { status, reason, isFramingSuspect }
}

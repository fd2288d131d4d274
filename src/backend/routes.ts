import { UserError } from '../lib/user-error.ts'

/** What a request's method and path lead to. */
export interface RouteMatch<T> {
  route: T
  /** Path parameters by name, percent-decoded; the greedy one keeps its slashes. */
  parameters: Record<string, string>
}

interface Candidate<T> {
  route: T
  method: string
  segments: readonly Segment[]
}

interface Segment {
  kind: 'text' | 'variable' | 'greedy'
  name: string
}

const methods = ['ANY', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const rank = { text: 0, variable: 1, greedy: 2 }

/**
 * Finds routes as an HTTP API does. A route key is `METHOD /path` with `{name}` for one segment and `{name+}` for all that are
 * left, or `$default` for whatever no other route takes. The most specific route wins: the first segment in which two routes
 * differ decides, text before a variable before a greedy one, and of two equal paths the one that names the method before ANY.
 * A greedy variable takes at least one segment. Throws UserError for a key that is none or that stands there twice.
 * Source: Amazon API Gateway Developer Guide, "Create routes for HTTP APIs", routing API requests.
 */
export function createRouteTable<T>(routes: Iterable<readonly [key: string, route: T]>): RouteTable<T> {
  const candidates: Candidate<T>[] = []
  const shapes = new Set<string>()
  let fallback: { route: T } | undefined
  for (const [key, route] of routes) {
    const shape = key === '$default' ? key : key.replace(/\{[^}]*?(\+?)\}/g, '{$1}')
    if (shapes.has(shape)) throw new UserError({ message: `route "${key}" stands there twice` })
    shapes.add(shape)
    if (key === '$default') fallback = { route }
    else candidates.push({ route, ...parseRouteKey(key) })
  }
  candidates.sort(bySpecificity)
  return {
    find(method, path) {
      const parts = path.slice(1).split('/')
      for (const candidate of candidates) {
        if (candidate.method !== 'ANY' && candidate.method !== method) continue
        const parameters = matchSegments(candidate.segments, parts)
        if (parameters) return { route: candidate.route, parameters }
      }
      return fallback && { route: fallback.route, parameters: {} }
    },
    methodsAt: path => {
      const parts = path.slice(1).split('/')
      return [
        ...new Set(candidates.filter(({ segments }) => matchSegments(segments, parts)).map(({ method }) => method)),
      ]
    },
  }
}

export interface RouteTable<T> {
  /** The route of a method in capitals and a path that begins with a slash, without its query, still percent-encoded. */
  find(method: string, path: string): RouteMatch<T> | undefined
  /** The methods that have a route of their own at a path; ANY among them. */
  methodsAt(path: string): string[]
}

/** Reads `GET /pets/{id}`. Throws UserError. */
export function parseRouteKey(key: string): { method: string; path: string; segments: Segment[] } {
  const [, method, path] = /^([A-Z]+) (\/\S*)$/.exec(key) ?? []
  if (method === undefined || path === undefined)
    throw new UserError({ message: `route "${key}" is neither "METHOD /path" nor "$default"` })
  if (!methods.includes(method))
    throw new UserError({ message: `route "${key}": unknown method "${method}"`, hint: `known: ${methods.join(', ')}` })
  const parts = path.slice(1).split('/')
  const segments = parts.map((part, at): Segment => {
    const [, name, plus] = /^\{([A-Za-z0-9._-]+)(\+?)\}$/.exec(part) ?? []
    if (name === undefined) {
      if (/[{}]/.test(part)) throw new UserError({ message: `route "${key}": a variable is a whole segment, {name}` })
      return { kind: 'text', name: part }
    }
    if (plus === '') return { kind: 'variable', name }
    if (at < parts.length - 1) throw new UserError({ message: `route "${key}": a greedy variable is the last segment` })
    return { kind: 'greedy', name }
  })
  const names = segments.filter(({ kind }) => kind !== 'text').map(({ name }) => name)
  if (new Set(names).size < names.length)
    throw new UserError({ message: `route "${key}": two variables have the same name` })
  return { method, path, segments }
}

function bySpecificity(a: Candidate<unknown>, b: Candidate<unknown>): number {
  const shared = Math.min(a.segments.length, b.segments.length)
  for (let at = 0; at < shared; at++) {
    const order = rank[a.segments[at]!.kind] - rank[b.segments[at]!.kind]
    if (order !== 0) return order
  }
  return b.segments.length - a.segments.length || Number(a.method === 'ANY') - Number(b.method === 'ANY')
}

function matchSegments(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
  const isGreedy = segments.at(-1)?.kind === 'greedy'
  if (isGreedy ? parts.length < segments.length : parts.length !== segments.length) return undefined
  const parameters: Record<string, string> = Object.create(null)
  for (let at = 0; at < segments.length; at++) {
    const { kind, name } = segments[at]!
    const part = kind === 'greedy' ? parts.slice(at).join('/') : parts[at]!
    if (kind === 'text' ? part !== name : part === '') return undefined
    if (kind !== 'text') parameters[name] = decoded(part)
  }
  return parameters
}

/** A segment with its percent escapes undone; as it stands when they make no text. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

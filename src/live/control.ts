import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { primaryKey, readAuthority, readTarget } from '../cache/http/target.ts'
import { nameHint } from '../lib/nearest-name.ts'
import { UserError } from '../lib/user-error.ts'
import type { Dashboard } from './dashboard.ts'
import { createMetrics, type Measured } from './metrics.ts'
import type { OriginState } from './origin-server.ts'
import { refuse } from './refuse.ts'
import type { PurgeScope } from './shelf.ts'

export interface ControlOptions extends Measured {
  token: string
  /** True when only this machine can reach the port: looking then needs no token. */
  isLoopback: boolean
  /** Undefined when the origin is somebody else's. */
  origin: OriginState | undefined
  /** The page that shows all this; there is none before a single PoP. */
  dashboard?: Dashboard | undefined
}

const greatestBodyBytes = 64 * 1024
const soft = z.boolean().default(false)
const popName = z.string().max(100)
const purge = z.union(
  [
    z.strictObject({ url: z.string().max(8192), soft, pop: popName.optional() }),
    z.strictObject({ prefix: z.string().startsWith('/').max(8192), soft, pop: popName.optional() }),
    z.strictObject({ tag: z.string().min(1).max(1024), soft, pop: popName.optional() }),
    z.strictObject({ all: z.literal(true), soft, pop: popName.optional() }),
  ],
  { error: 'one of {"url"}, {"prefix": "/..."}, {"tag"} or {"all": true} is needed, with "soft" and "pop" if need be' },
)
const onePop = z.strictObject({ pop: popName })
const originChange = z.strictObject({ stop: z.boolean().optional(), slow: z.number().min(0).max(10_000).optional() })

/**
 * The control API. Looking: GET / (the dashboard), /state, /stats, /metrics. Changing: POST with JSON and the token to /purge, /fail, /revive and
 * /origin. Pages of other sites can do neither: Host must be an address or localhost, Origin must be absent or the same.
 */
export function createControl(options: ControlOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const metrics = createMetrics(options)
  const actions: Record<string, (body: unknown) => unknown> = {
    '/purge': body => purgeBy(options, body),
    '/fail': body => setAlive(options, body, 0),
    '/revive': body => setAlive(options, body, 1),
    '/origin': body => changeOrigin(options, body),
  }
  return (request, response) => {
    const fault = faultOf(request, options.isLoopback)
    if (fault !== undefined) return refuse(response, 403, fault, { closes: true })
    const path = request.url!.split('?')[0]!
    const isAllowed = isTokenRight(request, options.token)
    if (request.method === 'GET') {
      const mayLook = options.isLoopback || isAllowed
      if (options.dashboard?.answer(request.url!, response, mayLook)) return
      if (!mayLook) return refuse(response, 401, 'a token is needed')
      if (path === '/state' || path === '/stats') return answerJson(response, stateOf(options))
      if (path !== '/metrics') return refuse(response, 404, 'there is /state, /stats and /metrics')
      metrics.metrics().then(
        text => answer(response, metrics.contentType, text),
        () => refuse(response, 500, 'the metrics can not be read'),
      )
      return
    }
    const action = Object.hasOwn(actions, path) ? actions[path] : undefined
    if (action === undefined)
      return refuse(response, 404, 'there is /purge, /fail, /revive and /origin', { closes: true })
    if (request.method !== 'POST') return refuse(response, 405, 'changes are made by POST', { closes: true })
    if (!isAllowed) return refuse(response, 401, 'Authorization: Bearer TOKEN is missing or wrong', { closes: true })
    if (!/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? ''))
      return refuse(response, 415, 'changes are made with Content-Type: application/json', { closes: true })
    readJson(request, (error, body) => {
      if (error !== undefined) return refuse(response, error.status, error.why, { closes: true })
      try {
        answerJson(response, action(body))
        options.dashboard?.note(noteOf(path, body))
      } catch (failure) {
        if (!(failure instanceof UserError)) throw failure
        refuse(response, 400, failure.message.replace(/[^\x20-\x7e]/g, '?'))
      }
    })
  }
}

/** A page of another site speaks with its own Origin, or under a name that was pointed here (DNS rebinding). */
function faultOf({ headers }: IncomingMessage, isLoopback: boolean): string | undefined {
  const host = readAuthority(headers.host ?? '')
  if (host === undefined) return 'a Host is needed'
  if (isLoopback && !/^(localhost|[\d.]+|\[[0-9a-f:.]+\])(:\d+)?$/.test(host)) return 'this Host is not served'
  const { origin } = headers
  if (origin !== undefined && origin !== `http://${headers.host}`) return 'pages of other sites are not served'
  return headers['sec-fetch-site'] === 'cross-site' ? 'pages of other sites are not served' : undefined
}

function isTokenRight({ headers }: IncomingMessage, token: string): boolean {
  const given = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(token))
}

function readJson(
  request: IncomingMessage,
  done: (error: { status: number; why: string } | undefined, body?: unknown) => void,
): void {
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= greatestBodyBytes) chunks.push(chunk)
  })
  request.on('end', () => {
    if (bytes > greatestBodyBytes) return done({ status: 413, why: 'the body is too large' })
    let body: unknown
    try {
      body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}')
    } catch {
      return done({ status: 400, why: 'the body is no JSON' })
    }
    done(undefined, body)
  })
}

function checked<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  throw new UserError(
    result.error.issues.map(({ path, message }) => ({ message: `${path.join('.') || 'body'}: ${message}` })),
  )
}

function indexOf({ pops }: ControlOptions, name: string): number {
  const index = pops.findIndex(({ id }) => id === name)
  const hint = nameHint(name, pops.map(({ id }) => id)) // biome-ignore format: one thought
  if (index < 0) throw new UserError({ message: `unknown PoP "${name}"`, hint })
  return index
}

function purgeBy(options: ControlOptions, body: unknown): { purged: number } {
  const order = checked(purge, body)
  const chosen = order.pop === undefined ? options.pops : [options.pops[indexOf(options, order.pop)]!]
  let purged = 0
  for (const { pop } of chosen) purged += pop.purge(scopeOf(order, pop.options.host), order.soft)
  return { purged }
}

/** A URL without a host means its path on every host. */
function scopeOf(order: z.output<typeof purge>, fixedHost: string | undefined): PurgeScope {
  if ('all' in order) return { kind: 'all' }
  if ('tag' in order) return { kind: 'tag', tag: order.tag }
  if ('prefix' in order) return { kind: 'prefix', prefix: order.prefix }
  const target = readTarget(order.url)
  if (target === undefined) throw new UserError(`"${order.url}" is no path and no http URL`)
  const { authority, path } = target
  if (authority === undefined) return { kind: 'path', path }
  return { kind: 'key', key: primaryKey(fixedHost ?? authority, path) }
}

function setAlive(options: ControlOptions, body: unknown, isAlive: 0 | 1): { pop: string; isAlive: boolean } {
  const { pop } = checked(onePop, body)
  const index = indexOf(options, pop)
  options.alive[index] = isAlive
  // It comes back with an empty shelf, as after a restart.
  if (isAlive === 0) options.pops[index]!.pop.restart()
  return { pop, isAlive: isAlive === 1 }
}

function changeOrigin({ origin }: ControlOptions, body: unknown): OriginState {
  const { stop, slow } = checked(originChange, body)
  if (origin === undefined) throw new UserError('the origin is not the built-in one')
  if (stop !== undefined) origin.isStopped = stop
  if (slow !== undefined) origin.slowFactor = slow
  return origin
}

function stateOf({ pops, alive, origin }: ControlOptions): unknown {
  return {
    pops: pops.map(({ id, pop }, index) => ({
      id,
      isAlive: alive[index] === 1,
      role: pop.options.role,
      policy: pop.options.policy,
      capacityBytes: pop.options.capacityBytes,
      heldBytes: pop.shelf.cache.heldBytes,
      heldObjects: pop.shelf.objects,
      metadataBytes: pop.shelf.cache.metadataBytes,
      evictions: pop.shelf.cache.evictions,
      flights: pop.flights,
      ...pop.counters,
    })),
    origin: origin ?? null,
  }
}

/** What was changed, in a few words; whoever shows them makes them harmless. */
function noteOf(path: string, body: unknown): string {
  const { pop, url, prefix, tag, soft, stop, slow } = body as Record<string, unknown>
  if (path === '/fail') return `${pop} cut`
  if (path === '/revive') return `${pop} back`
  if (path === '/origin')
    return `origin ${stop === true ? 'stopped' : slow === undefined ? 'started' : `slow x${slow}`}`
  const what = url ?? (prefix === undefined ? (tag === undefined ? 'everything' : `tag ${tag}`) : `${prefix}*`)
  return `${soft === true ? 'soft purge' : 'purge'} ${what}${pop === undefined ? '' : ` at ${pop}`}`.slice(0, 200)
}

function answerJson(response: ServerResponse, value: unknown): void {
  answer(response, 'application/json', `${JSON.stringify(value).replaceAll('<', '\\u003c')}\n`)
}

function answer(response: ServerResponse, type: string, text: string): void {
  const fields = ['Content-Type', type, 'Content-Length', String(Buffer.byteLength(text)), 'Cache-Control', 'no-store']
  response.writeHead(200, [...fields, 'X-Content-Type-Options', 'nosniff'])
  response.end(text)
}

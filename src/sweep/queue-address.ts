import { UserError } from '../lib/user-error.ts'

/** Where the queue of a fleet is, as a person wrote it. */
export interface QueueAddress {
  kind: 'redis' | 'postgres'
  /** For the driver: without what names the queue. */
  url: string
  /** Keeps several fleets on one server apart: a prefix of Redis's keys, or a schema of PostgreSQL. */
  prefix: string
  /** For messages: without a password. */
  shown: string
}

const usualPrefix = 'cdnlab'
const forms =
  'redis://host:6379, redis://host:6379/prefix, rediss:// with TLS, or postgres://user@host/database?schema=name'

/**
 * Reads `redis://[user:password@]host[:port][/database][/prefix]` (a database is a number) or
 * `postgres://[user:password@]host[:port]/database[?schema=name]`. Throws UserError.
 */
export function parseQueueAddress(text: string): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const scheme = url?.protocol.slice(0, -1) ?? ''
  if (url === undefined || url.host === '') throw mistake(text, 'it is no address of a queue')
  if (scheme === 'redis' || scheme === 'rediss') return readRedis(url)
  if (scheme === 'postgres' || scheme === 'postgresql') return readPostgres(url)
  throw mistake(text, `a queue of kind "${scheme}" is not known`)
}

function readRedis(url: URL): QueueAddress {
  const parts = url.pathname.split('/').filter(part => part !== '')
  const database = /^\d{1,4}$/.test(parts[0] ?? '') ? parts.shift()! : ''
  const [prefix = usualPrefix, ...others] = parts
  if (others.length > 0) throw mistake(hide(url), 'more than a database and a prefix')
  const shown = hide(url)
  url.pathname = `/${database}`
  return { kind: 'redis', url: url.href, prefix: checkPrefix(prefix, shown), shown }
}

function readPostgres(url: URL): QueueAddress {
  const prefix = url.searchParams.get('schema') ?? usualPrefix
  const shown = hide(url)
  url.searchParams.delete('schema')
  return { kind: 'postgres', url: url.href, prefix: checkPrefix(prefix, shown), shown }
}

function checkPrefix(prefix: string, shown: string): string {
  if (!/^[A-Za-z][\w-]{0,62}$/.test(prefix))
    throw mistake(shown, `"${prefix}" cannot name a queue: a letter, then letters, digits, - and _`)
  return prefix
}

function hide(url: URL): string {
  const shown = new URL(url.href)
  if (shown.password !== '') shown.password = '***'
  return shown.href
}

function mistake(text: string, why: string): UserError {
  return new UserError({ message: `--queue ${text}: ${why}`, hint: forms })
}

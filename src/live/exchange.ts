import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Span } from '@opentelemetry/api'
import { primaryKey } from '../cache/http/target.ts'
import type { Ms } from '../lib/clock.ts'
import type { Bucket } from './counters.ts'
import type { LivePopOptions } from './pop-options.ts'
import type { RequestHead } from './request-head.ts'
import { tracedFields } from './trace-id.ts'

/** One request to a PoP on its way to an answer. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  head: RequestHead
  key: string
  /** Milliseconds of a clock that only goes forward. */
  startedAt: Ms
  /** How often it joined a fetch whose answer was not for it. */
  attempts: number
  /** Begun when something is fetched for it: what the upstream does belongs under it. */
  span: Span | undefined
  /** True once it is counted. */
  isAnswered: boolean
}

/** Begins an exchange: what of the path is the key and whose trace it belongs to is decided here, and stands in the head from then on. */
export function createExchange(
  request: IncomingMessage,
  response: ServerResponse,
  head: RequestHead,
  options: Pick<LivePopOptions, 'host' | 'fallbackHost' | 'keyPath' | 'beginsTraces' | 'now'>,
): Exchange {
  const { keyPath, beginsTraces, now } = options
  if (keyPath !== undefined) head.path = keyPath(head.path)
  if (beginsTraces) head.fields = tracedFields(head.fields, now())
  const key = primaryKey(hostFor(head.host, options), head.path)
  const startedAt = performance.now()
  return { request, response, head, key, startedAt, attempts: 0, span: undefined, isAnswered: false }
}

/** The Host that counts: the one that is fixed, or what the client says. */
export function hostFor(host: string, options: Pick<LivePopOptions, 'host' | 'fallbackHost'>): string {
  return options.host ?? (host === '' ? options.fallbackHost : host)
}

/** What the log, the metrics and the spans are told of an answer. */
export interface Answered {
  exchange: Exchange | undefined
  request: IncomingMessage
  status: number
  bytes: number
  bucket: Bucket
  isCollapsed: boolean
  /** Time until the answer's head, and how much of it was spent on the upstream. */
  tookMs: Ms
  upstreamMs: Ms
}

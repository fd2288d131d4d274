import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Span } from '@opentelemetry/api'
import type { Ms } from '../lib/clock.ts'
import type { Bucket } from './counters.ts'
import type { RequestHead } from './request-head.ts'

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

import type { ObjectId } from '../cache/policy.ts'
import type { Ms } from '../lib/clock.ts'
import { TimedQueue } from '../lib/timed-queue.ts'
import { type Answer, type Ask, bodyBytesOf, failureOf, type Version } from './ask.ts'

/** What the origin knows of its objects. */
export interface Holdings {
  bytesOf(id: ObjectId): number
  /** The state of an object at a time: it only grows. */
  versionAt(id: ObjectId, now: Ms): Version
  ttlMs(id: ObjectId): Ms
  staleMs(id: ObjectId): Ms
  staleIfErrorMs(id: ObjectId): Ms
}

/** How the origin fares over time, known beforehand: whether it answers, and how much longer it thinks. */
export interface Health {
  isDown(now: Ms): boolean
  slowness(now: Ms): number
}

/** What went through an origin: asks, and bytes of bodies. */
export interface OriginTotals {
  asks: number
  bytes: number
}

/** An origin without limits: every ask is answered after the time that it thinks, whatever else is asked. */
export function createOrigin(holdings: Holdings, health: Health, thinkMs: Ms, totals: OriginTotals): Ask {
  const answerOf = createAnswering(holdings)
  return (id, now, held, reply) => {
    totals.asks++
    if (health.isDown(now)) return reply(failureOf(502), now)
    const answer = answerOf(id, now, held)
    totals.bytes += bodyBytesOf(answer)
    reply(answer, now + thinkMs * health.slowness(now))
  }
}

export interface Limits {
  /** Asks that are worked on at once. */
  concurrency: number
  /** Asks that may wait for a worker; the next one is refused with 503. */
  queue: number
}

/**
 * An origin with so many workers and a queue before them, first come, first served. Asks must arrive in order of time: the answer
 * is dated at once, since nothing that comes later can change it.
 */
export function createLimitedOrigin(
  holdings: Holdings,
  health: Health,
  thinkMs: Ms,
  totals: OriginTotals,
  limits: Limits,
): Ask {
  const answerOf = createAnswering(holdings)
  /** When each of the busy workers is free again; at most `concurrency` entries. */
  const busy = new TimedQueue()
  /** When those who wait begin; in order, so a queue of times. */
  const waiting = new TimedQueue()
  return (id, now, held, reply) => {
    totals.asks++
    if (health.isDown(now)) return reply(failureOf(502), now)
    while (busy.nextTime <= now) busy.pop()
    while (waiting.nextTime <= now) waiting.pop()
    let start = now
    if (busy.size >= limits.concurrency) {
      if (waiting.size >= limits.queue) return reply(failureOf(503), now)
      start = busy.nextTime
      busy.pop()
      waiting.push(start, 0)
    }
    const then = start + thinkMs * health.slowness(start)
    busy.push(then, 0)
    const answer = answerOf(id, start, held)
    totals.bytes += bodyBytesOf(answer)
    reply(answer, then)
  }
}

/** What an origin says of an object, in one answer that is filled again for each ask: an answer holds until the reply is over. */
export function createAnswering(holdings: Holdings): (id: ObjectId, now: Ms, held: Version) => Answer {
  const answer: Answer = { status: 200, bytes: 0.5, version: 0.5, ttlMs: 0.5, staleMs: 0.5, staleIfErrorMs: 0.5 }
  return (id, now, held) => {
    const version = holdings.versionAt(id, now)
    answer.status = held === version ? 304 : 200
    answer.bytes = holdings.bytesOf(id)
    answer.version = version
    answer.ttlMs = holdings.ttlMs(id)
    answer.staleMs = holdings.staleMs(id)
    answer.staleIfErrorMs = holdings.staleIfErrorMs(id)
    return answer
  }
}

import { Cache } from '../../src/cache/cache.ts'
import { createRandom } from '../../src/lib/random.ts'
import { type Answer, type Ask, holdsNothing } from '../../src/network/ask.ts'
import type { Health, Holdings } from '../../src/network/origin.ts'
import { Pop, type PopOptions } from '../../src/network/pop.ts'
import { policies } from '../../src/policies/index.ts'

/** Objects of 100 bytes that are fresh for a second and never change. */
export const holdings: Holdings = {
  bytesOf: () => 100,
  versionAt: () => 0,
  ttlMs: () => 1000,
  staleMs: () => 0,
  staleIfErrorMs: () => 0,
}

export const healthy: Health = { isDown: () => false, slowness: () => 1 }

/** An answer with its arrival, copied: the one that is handed out may be filled again. */
export interface Arrived extends Answer {
  at: number
}

/** Asks, and collects what comes. */
export function asked(ask: Ask, id: number, now: number, held = holdsNothing): Arrived[] {
  const arrived: Arrived[] = []
  ask(id, now, held, (answer, then) => arrived.push({ ...answer, at: then }))
  return arrived
}

/** An upstream whose answers are given by hand, in whatever order. */
export function createHand() {
  const asks: { id: number; now: number; held: number; reply: Parameters<Ask>[3] }[] = []
  const upstream: Ask = (id, now, held, reply) => asks.push({ id, now, held, reply })
  return {
    asks,
    upstream,
    /** Answers the n-th ask with a body that arrives then. */
    answer(n: number, then: number, change: Partial<Answer> = {}): void {
      const body: Answer = { status: 200, bytes: 100, version: 0, ttlMs: 1000, staleMs: 0, staleIfErrorMs: 0 }
      asks[n]!.reply({ ...body, ...change }, then)
    },
  }
}

/** A PoP with LRU and room for so many objects of 100 bytes. */
export function createTestPop(upstream: Ask, options: Partial<PopOptions> = {}, objects = 3): Pop {
  const future = { nextUse: Number.POSITIVE_INFINITY }
  const capacityBytes = 100 * objects
  const { definition, params } = policies.choose('lru')
  return new Pop({
    createCache: () =>
      new Cache({
        capacityBytes,
        policy: definition.create({ capacityBytes, random: createRandom(1), future }, params),
      }),
    future,
    upstream,
    collapse: true,
    isPass: null,
    timeoutMs: 10_000,
    thinkMs: 0,
    ...options,
  })
}

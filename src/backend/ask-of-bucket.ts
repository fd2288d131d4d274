import { type Ask, failureOf } from '../network/ask.ts'
import { createDie } from './dice.ts'
import type { ModelPorts } from './model-ports.ts'
import type { BucketPlan } from './plans.ts'
import { createPrefixRate, prefixOf } from './prefix-rate.ts'
import { createQuantileFunction } from './quantiles.ts'

/** Whoever is refused by a busy bucket knows it after this long: no storage node was touched. An assumption. */
const refusalMs = 5

/**
 * A bucket in virtual time: the first byte by quantiles, 503 SlowDown beyond the rate of a prefix. The wire sees to the body, and a 304
 * takes as long as a first byte. Asks must arrive in order of time.
 */
export function createBucketAsk(plan: BucketPlan, { answerOf, pathOf, health, open, seed }: ModelPorts): Ask {
  const rate = createPrefixRate(plan)
  const firstByteMs = createQuantileFunction(plan.firstByteMs)
  const die = createDie(seed, `bucket ${plan.name}`)
  return (id, now, held, reply) => {
    const account = open(id, now)
    if (health.isDown(now)) return reply(failureOf(502), now)
    account.count('bucket reads', 1)
    if (!rate.take(now, prefixOf(pathOf(id)), 'read')) {
      account.count('slow downs', 1)
      account.hop('bucket', plan.name, now, now + refusalMs)
      return reply(failureOf(503), now + refusalMs)
    }
    const answer = answerOf(id, now, held)
    const then = now + firstByteMs(die(id, now)) * health.slowness(now)
    account.hop('bucket', plan.name, now, then)
    reply(answer, then)
  }
}

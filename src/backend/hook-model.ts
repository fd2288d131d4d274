import type { ObjectId } from '../cache/policy.ts'
import type { Clock, Ms } from '../lib/clock.ts'
import type { Account } from './account.ts'
import { createDie, type Die } from './dice.ts'
import { EnvironmentPool, unwatched, usualRamp } from './environment-pool.ts'
import { createKeepAlive } from './keep-alive/index.ts'
import type { EdgePlan, FunctionPlan } from './plans.ts'
import { createQuantileFunction, type QuantileFunction } from './quantiles.ts'
import { createTokenBucket } from './token-bucket.ts'

/** What a hook costs a request at a PoP, in virtual time. It never changes what is asked for: an object of the model is what its key names. */
export interface HookModel {
  /** Runs the hook at a PoP and says how long that takes. */
  run(pop: number, id: ObjectId, now: Ms, account: Account): Ms
}

/** A script in a warm sandbox: CloudFront Functions promise below a millisecond. An assumption within that. */
const scriptMs = 0.2
const gbMs = 1024 * 1000

/**
 * A script takes its time and has no state. A function has environments of its own at every PoP, with cold starts there, and no limit
 * of them: what it uses lies elsewhere and is left out. Calls must come in order of time where it is a function.
 */
export function createHookModel(
  plan: EdgePlan,
  functions: readonly FunctionPlan[],
  pops: number,
  clock: Clock,
  seed: number,
): HookModel {
  if (plan.kind === 'script')
    return {
      run(_pop, _id, now, account) {
        account.count('hook runs', 1)
        account.hop('hook', plan.name, now, now + scriptMs)
        return scriptMs
      },
    }
  const target = functions.find(({ name }) => name === plan.function)!
  const regions = Array.from({ length: pops }, (_, pop) =>
    createRegion(target, clock, createDie(seed, `${plan.name} ${pop}`)),
  )
  const times: Times = {
    initMs: createQuantileFunction(target.initMs),
    durationMs: createQuantileFunction(target.durationMs),
    die: createDie(seed, `time of ${plan.name}`),
  }
  return {
    run: (pop, id, now, account) => {
      const tookMs = regions[pop]!(id, now, times, account)
      account.hop('hook', plan.name, now, now + tookMs)
      return tookMs
    },
  }
}

interface Times {
  initMs: QuantileFunction
  durationMs: QuantileFunction
  die: Die
}

type Region = (id: ObjectId, now: Ms, times: Times, account: Account) => Ms

function createRegion({ keepAlive, placementMs, memoryMiB }: FunctionPlan, clock: Clock, startDie: Die): Region {
  const pool = new EnvironmentPool({
    concurrency: Number.POSITIVE_INFINITY,
    ramp: createTokenBucket(usualRamp.perSecond, usualRamp.environments),
    keepAlive: createKeepAlive(keepAlive),
    ...unwatched,
  })
  return (id, now, { initMs, durationMs, die }, account) => {
    const environment = pool.acquire(now)
    if (typeof environment === 'string') return 0
    const startMs = environment.cold ? placementMs + initMs(startDie(id, now)) : 0
    const workMs = durationMs(die(id, now))
    if (environment.cold) account.count('cold starts', 1)
    account.count('edge invocations', 1)
    account.count('edge GB-seconds', (workMs * memoryMiB) / gbMs)
    clock.at(now + startMs + workMs, end => pool.release(environment, end))
    return startMs + workMs
  }
}

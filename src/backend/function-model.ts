import type { ObjectId } from '../cache/policy.ts'
import type { Clock, Ms } from '../lib/clock.ts'
import type { Account } from './account.ts'
import { createDie } from './dice.ts'
import { EnvironmentPool, unwatched, usualRamp } from './environment-pool.ts'
import { createKeepAlive } from './keep-alive/index.ts'
import type { FunctionPlan, UsePlan } from './plans.ts'
import { createQuantileFunction } from './quantiles.ts'
import { type TableModel, type TableOperation, usualAttempts } from './table-model.ts'
import { createTokenBucket } from './token-bucket.ts'

/** How an event ended for its caller. */
export type Ending = 'done' | 'throttled' | 'timeout' | 'failed'

/** A function in virtual time. */
export interface FunctionModel {
  /** Gives it an event; `ended` is told when its answer is there, by the clock. */
  invoke(id: ObjectId, now: Ms, account: Account, ended: (ending: Ending, now: Ms) => void): void
  readonly pool: EnvironmentPool
  /** Most environments that were busy at once. */
  readonly peak: number
}

/** Milliseconds of so many MiB make one GB-second. */
const gbMs = 1024 * 1000

/**
 * A function whose environments come and go as events do. One event: a place and a start where no environment is warm, then the
 * handler's own time, then what it uses, one after the other, while its environment stays busy. Dice are of the object and the moment.
 * `tables` are those that it uses, by name.
 */
export function createFunctionModel(
  plan: FunctionPlan,
  tables: ReadonlyMap<string, TableModel>,
  clock: Clock,
  seed: number,
): FunctionModel {
  const { name, concurrency } = plan
  const pool = new EnvironmentPool({
    concurrency,
    ramp: createTokenBucket(usualRamp.perSecond, usualRamp.environments),
    keepAlive: createKeepAlive(plan.keepAlive),
    ...unwatched,
  })
  const initMs = createQuantileFunction(plan.initMs)
  const durationMs = createQuantileFunction(plan.durationMs)
  const initDie = createDie(seed, `start of ${name}`)
  const durationDie = createDie(seed, `time of ${name}`)
  const steps = plan.uses.flatMap(use => stepsOf(use, tables))
  let peak = 0

  return {
    pool,
    get peak() {
      return peak
    },
    invoke(id, now, account, ended) {
      const environment = pool.acquire(now)
      if (typeof environment === 'string') {
        account.count('function throttles', 1)
        return ended('throttled', now)
      }
      peak = Math.max(peak, pool.counts.busy)
      account.count('invocations', 1)
      let begun = now
      if (environment.cold) {
        begun += plan.placementMs + initMs(initDie(id, now))
        account.count('cold starts', 1)
        account.hop('cold start', name, now, begun)
      }
      const deadline = begun + plan.timeoutMs

      const end = (ending: Ending, at: Ms): void => {
        account.hop('function', name, begun, at)
        account.count('GB-seconds', ((at - begun) * plan.memoryMiB) / gbMs)
        if (ending === 'timeout') {
          account.count('function timeouts', 1)
          pool.discard(environment, at)
        } else pool.release(environment, at)
        ended(ending, at)
      }
      const endBy = (ending: Ending, at: Ms): void => {
        if (at > deadline) clock.at(deadline, late => end('timeout', late))
        else clock.at(at, then => end(ending, then))
      }
      /** The operations from `next` on, one after the other; then the end. */
      const go = (next: number, from: Ms): void => {
        const step = steps[next]
        if (step === undefined || from > deadline) {
          endBy('done', from)
          return
        }
        clock.at(from, at =>
          step.table.operate(id, at, step.operation, account, (isDone, then) => {
            if (isDone) go(next + 1, then)
            else endBy('failed', then)
          }),
        )
      }
      go(0, begun + durationMs(durationDie(id, now)))
    },
  }
}

interface UseStep {
  table: TableModel
  operation: TableOperation
}

/** The operations of one event on one table. Buckets and functions that are used count as part of the handler's own time. */
function stepsOf(use: UsePlan, tables: ReadonlyMap<string, TableModel>): UseStep[] {
  const table = use.kind === 'table' ? tables.get(use.name) : undefined
  if (table === undefined) return []
  const { access, calls = 1, isConsistent = false, attempts = usualAttempts } = use
  const kinds = access === 'read-write' ? (['read', 'write'] as const) : [access]
  return kinds.flatMap(kind => new Array<UseStep>(calls).fill({ table, operation: { kind, isConsistent, attempts } }))
}

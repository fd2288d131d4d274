import type { ObjectId } from '../cache/policy.ts'
import type { Ms } from '../lib/clock.ts'
import type { Account } from './account.ts'
import { createDie } from './dice.ts'
import type { TablePlan } from './plans.ts'
import { createQuantileFunction } from './quantiles.ts'
import { createTableCapacity, readUnits, writeUnits } from './table-capacity.ts'

/** One operation on one item. */
export interface TableOperation {
  kind: 'read' | 'write'
  isConsistent: boolean
  /** Tries before a throttled one is given up. */
  attempts: number
}

/** A table in virtual time. */
export interface TableModel {
  /** `done` is told at once how the operation ends and when: false when it was throttled to the last. Calls come in order of time. */
  operate(
    id: ObjectId,
    now: Ms,
    operation: TableOperation,
    account: Account,
    done: (isDone: boolean, then: Ms) => void,
  ): void
}

/** What the AWS SDKs do unless they are told otherwise. Source: AWS SDKs and Tools Reference Guide, "Retry behavior", standard mode. */
export const usualAttempts = 3
const throttledBaseMs = 500
const longestPauseMs = 20_000
/** A throttled operation is refused before any storage is touched. An assumption. */
const refusalMs = 1

/**
 * A table whose items are the objects of the run: an operation takes its units from the capacity, and its time by quantiles. A throttled
 * one is tried again after a pause drawn from 0 to twice the last greatest one, as the SDKs do.
 */
export function createTableModel(plan: TablePlan, seed: number): TableModel {
  const readMs = createQuantileFunction(plan.readMs)
  const writeMs = createQuantileFunction(plan.writeMs)
  const die = createDie(seed, `table ${plan.name}`)
  const pauseDie = createDie(seed, `pauses before ${plan.name}`)
  const capacity = createTableCapacity(plan.capacity)
  return {
    operate(id, now, { kind, isConsistent, attempts }, account, done) {
      const units =
        kind === 'write' ? writeUnits(plan.itemBytes) : readUnits(plan.itemBytes, isConsistent ? 'strong' : 'eventual')
      let at = now
      for (let attempt = 0; !capacity.take(at, kind, units); attempt++) {
        account.count('table throttles', 1)
        at += refusalMs
        if (attempt + 1 >= attempts) {
          account.hop('table', plan.name, now, at)
          return done(false, at)
        }
        at += pauseDie(id, at) * Math.min(longestPauseMs, throttledBaseMs * 2 ** attempt)
      }
      account.count(kind === 'write' ? 'write units' : 'read units', units)
      const then = at + (kind === 'write' ? writeMs : readMs)(die(id, at))
      account.hop('table', plan.name, now, then)
      done(true, then)
    },
  }
}

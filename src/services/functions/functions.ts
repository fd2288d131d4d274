import type { FunctionPlan } from '../../backend/plans.ts'
import type { Ms } from '../../lib/clock.ts'
import type { Identity } from '../identities.ts'
import { createEventQueue, type EventQueue } from './event-queue.ts'
import { createFunctionIdentity, sdkVariables } from './identity.ts'
import { createLiveFunction, type LiveFunction } from './live-function.ts'
import { startSchedules } from './schedules.ts'
import { createStartGate } from './start-gate.ts'

export interface FunctionsOptions {
  plans: readonly FunctionPlan[]
  /** Path of a plan's module. */
  fileOf(plan: FunctionPlan): string
  /** Where the services listen, such as `http://127.0.0.1:4566`; asked when an environment starts. */
  endpoint(): string
  region?: string
  /** Milliseconds that never go back. */
  now?(): Ms
  /** Pauses before an event that failed is tried again. */
  retryDelaysMs?: readonly Ms[]
}

/** All functions of a scenario, as real ones. Nothing runs before the first event. */
export interface Functions {
  names(): string[]
  find(name: string): LiveFunction | undefined
  /** The events of a function that nobody waits for. */
  queueOf(name: string): EventQueue | undefined
  /** What its handler signs requests with. */
  readonly identities: readonly Identity[]
  /** Begins to call the functions that have schedules. */
  startSchedules(): void
  close(): Promise<void>
}

/**
 * Functions in worker threads, called by events only; the threads of each function live in a process of its own. Handlers are trusted
 * code: they have the rights of whoever runs this, and their limits of time and memory guard against mistakes. Code of strangers
 * belongs into a container.
 */
export function createFunctions(options: FunctionsOptions): Functions {
  const { plans, fileOf, endpoint, region = 'us-east-1', now = () => performance.now(), retryDelaysMs } = options
  const gate = createStartGate()
  const entries = new Map(
    plans.map(plan => {
      const identity = createFunctionIdentity(plan)
      const variables = (): Record<string, string> => sdkVariables(endpoint(), region, identity)
      const live = createLiveFunction({ plan, file: fileOf(plan), now, variables, gate })
      const queue = createEventQueue({ target: live, now, ...(retryDelaysMs ? { retryDelaysMs } : {}) })
      return [plan.name, { live, queue, identity }] as const
    }),
  )
  let stopSchedules: () => void = () => undefined
  return {
    names: () => [...entries.keys()],
    find: name => entries.get(name)?.live,
    queueOf: name => entries.get(name)?.queue,
    identities: [...entries.values()].map(({ identity }) => identity),
    startSchedules() {
      stopSchedules()
      stopSchedules = startSchedules(plans, (name, event) => entries.get(name)!.queue.add(event))
    },
    async close() {
      stopSchedules()
      for (const { queue } of entries.values()) queue.close()
      await Promise.all([...entries.values()].map(({ live }) => live.close()))
    },
  }
}

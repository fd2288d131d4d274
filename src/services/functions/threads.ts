import { pathToFileURL } from 'node:url'
import {
  type Environment,
  EnvironmentPool,
  type PoolCounts,
  type Throttle,
  usualRamp,
} from '../../backend/environment-pool.ts'
import { createKeepAlive } from '../../backend/keep-alive/index.ts'
import type { FunctionPlan } from '../../backend/plans.ts'
import { createTokenBucket } from '../../backend/token-bucket.ts'
import type { Ms } from '../../lib/clock.ts'
import { type LiveEnvironment, startEnvironment } from './environment.ts'
import type { StartGate } from './start-gate.ts'
import { createThreadHost } from './thread-host.ts'

/** A thread that serves one event now. */
export interface Taken {
  environment: Environment
  live: LiveEnvironment
  /** Whether the event had to wait for its start. */
  cold: boolean
  /** What it has written since its last event. */
  tail: { text: string }
}

/** The threads of one function: the pure pool decides who starts, serves and stops; here it is done. */
export interface Threads {
  readonly counts: Readonly<PoolCounts>
  take(): Taken | Throttle
  /** `isLost`: the thread has ended over its event. */
  giveBack(taken: Taken, isLost: boolean): void
  /** Threads that are alive. */
  size(): number
  close(): Promise<void>
}

export interface ThreadsOptions {
  plan: FunctionPlan
  /** Path of the handler's module. */
  file: string
  /** Milliseconds that never go back. */
  now(): Ms
  /** All that a new thread finds in its environment. */
  variables(): Record<string, string>
  gate: StartGate
  write(text: string): void
}

const initTimeoutMs = 10_000
const answerBytes = 6 * 1024 * 1024
const logLetters = 256 * 1024
const longestTimerMs = 2 ** 31 - 1

export function createThreads(options: ThreadsOptions): Threads {
  const { plan, now } = options
  const alive = new Map<Environment, Omit<Taken, 'cold'>>()
  const host = createThreadHost()
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  const pool = new EnvironmentPool({
    concurrency: plan.concurrency,
    ramp: createTokenBucket(usualRamp.perSecond, usualRamp.environments),
    keepAlive: createKeepAlive(plan.keepAlive),
    loaded: environment => void start(environment),
    unloaded(environment) {
      const thread = alive.get(environment)
      alive.delete(environment)
      thread?.live.stop()
    },
  })

  function start(environment: Environment): Omit<Taken, 'cold'> {
    const tail = { text: '' }
    const live = startEnvironment({
      data: {
        functionName: plan.name,
        module: pathToFileURL(options.file).href,
        exportName: plan.exportName,
        memoryMiB: plan.memoryMiB,
        answerLetters: answerBytes,
        logLetters,
      },
      variables: options.variables(),
      initTimeoutMs,
      gate: options.gate,
      host,
      write(text) {
        options.write(text)
        tail.text += text
      },
      lost() {
        if (alive.get(environment)?.live !== live) return
        alive.delete(environment)
        pool.lose(environment, now())
      },
    })
    const thread = { environment, live, tail }
    alive.set(environment, thread)
    return thread
  }

  /** Wakes up for the next environment that is to come or go. */
  function rest(): void {
    clearTimeout(timer)
    if (isClosed || pool.dueAt === Number.POSITIVE_INFINITY) return
    const wake = (): void => {
      pool.settle(now())
      rest()
    }
    timer = setTimeout(wake, Math.min(longestTimerMs, Math.max(0, pool.dueAt - now()))).unref()
  }

  return {
    counts: pool.counts,
    take() {
      const environment = pool.acquire(now())
      if (typeof environment === 'string') return environment
      // A warm one may have ended a moment ago, before its end was told.
      const known = alive.get(environment)
      if (known?.live.isAlive()) return { ...known, cold: environment.cold }
      return { ...start(environment), cold: true }
    },
    giveBack({ environment }, isLost) {
      if (isLost) {
        alive.delete(environment)
        pool.discard(environment, now())
      } else pool.release(environment, now())
      rest()
    },
    size: () => alive.size,
    async close() {
      isClosed = true
      clearTimeout(timer)
      for (const { live } of alive.values()) live.stop()
      alive.clear()
      await host.close()
    },
  }
}

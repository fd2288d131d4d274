import { randomUUID } from 'node:crypto'
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
import { createBoundedLog } from './bounded-log.ts'
import { type InvocationEnd, type LiveEnvironment, startEnvironment } from './environment.ts'
import type { MemoryWatch } from './memory-watch.ts'
import type { StartGate } from './start-gate.ts'

/** What came of an event. */
export type Invocation =
  | { kind: 'throttled'; reason: Throttle }
  | (InvocationReport & { kind: 'answered'; payload: string })
  /** `payload`: the error as JSON. `isHandled`: the handler reported it, and did not break. */
  | (InvocationReport & { kind: 'failed'; payload: string; errorType: string; isHandled: boolean })

export interface InvocationReport {
  requestId: string
  cold: boolean
  initMs: Ms
  durationMs: Ms
  memoryMiB: number
  /** Lines of this invocation, START, END and REPORT among them. */
  lines: string
}

export interface LiveFunction {
  readonly plan: FunctionPlan
  readonly counts: Readonly<PoolCounts>
  /** `event` is JSON. */
  invoke(event: string, of?: { requestId?: string; traceId?: string }): Promise<Invocation>
  /** Threads that are alive. */
  environments(): number
  log(): readonly string[]
  close(): Promise<void>
}

export interface LiveFunctionOptions {
  plan: FunctionPlan
  /** Path of the handler's module. */
  file: string
  /** Milliseconds that never go back. */
  now(): Ms
  /** What its handler finds in its environment beside its own variables: endpoint and credentials. */
  variables(): Record<string, string>
  memoryWatch: MemoryWatch
  gate: StartGate
}

const initTimeoutMs = 10_000
const answerBytes = 6 * 1024 * 1024
const logLetters = 256 * 1024
const longestTimerMs = 2 ** 31 - 1

/**
 * A function whose environments are worker threads. The pure pool decides who starts, serves and stops; here it is done. Handlers
 * are trusted code: their limits protect the host from mistakes, not from malice.
 */
export function createLiveFunction(options: LiveFunctionOptions): LiveFunction {
  const { plan, now, memoryWatch } = options
  const log = createBoundedLog()
  const alive = new Map<Environment, LiveEnvironment>()
  const tails = new WeakMap<LiveEnvironment, { text: string }>()
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  const pool = new EnvironmentPool({
    concurrency: plan.concurrency,
    ramp: createTokenBucket(usualRamp.perSecond, usualRamp.environments),
    keepAlive: createKeepAlive(plan.keepAlive),
    loaded: environment => void start(environment),
    unloaded(environment) {
      const live = alive.get(environment)
      alive.delete(environment)
      void live?.stop()
    },
  })

  function start(environment: Environment): LiveEnvironment {
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
      variables: { ...variablesOf(plan), ...options.variables(), ...plan.variables },
      initTimeoutMs,
      gate: options.gate,
      write(text) {
        log.write(text)
        tail.text += text
      },
      lost() {
        if (alive.get(environment) !== live) return
        alive.delete(environment)
        pool.lose(environment, now())
      },
    })
    alive.set(environment, live)
    tails.set(live, tail)
    return live
  }

  /** Wakes up for the next environment that is to come or go. */
  function rest(): void {
    clearTimeout(timer)
    if (isClosed || pool.dueAt === Number.POSITIVE_INFINITY) return
    timer = setTimeout(
      () => {
        pool.settle(now())
        rest()
      },
      Math.min(longestTimerMs, Math.max(0, pool.dueAt - now())),
    ).unref()
  }

  async function serve(
    environment: Environment,
    event: string,
    requestId: string,
    traceId: string,
  ): Promise<Invocation> {
    const startedAt = now()
    // A warm one may have ended a moment ago, before its end was told.
    const known = alive.get(environment)
    const cold = known?.isAlive() !== true || environment.cold
    const live = known?.isAlive() ? known : start(environment)
    const tail = tails.get(live)!
    const failure = await live.loaded
    const begunAt = now()
    const initMs = cold ? begunAt - startedAt : 0
    tail.text = `START RequestId: ${requestId} Version: $LATEST\n${tail.text}`
    let end: InvocationEnd
    if (failure) end = { kind: 'failed', error: failure, isHandled: false, isLost: true }
    else {
      const unwatch = memoryWatch.begin(live, plan.memoryMiB)
      end = await live.invoke({ requestId, event, deadlineMs: Date.now() + plan.timeoutMs, traceId }, plan.timeoutMs)
      unwatch()
    }
    const endedAt = now()
    if (end.kind === 'failed' && end.isLost) {
      alive.delete(environment)
      pool.discard(environment, endedAt)
    } else pool.release(environment, endedAt)
    rest()
    const memoryMiB = Math.max(1, Math.ceil(live.memory.peakBytes / 1024 ** 2))
    const report = { requestId, cold, initMs, durationMs: endedAt - begunAt, memoryMiB }
    const lines = tail.text + closingLines(plan, report, end)
    tail.text = ''
    if (end.kind === 'answered') return { ...report, kind: 'answered', payload: end.payload, lines }
    const { errorType, trace } = end.error
    const isExit = errorType === 'Runtime.ExitError' || errorType === 'Sandbox.Timedout'
    const errorMessage = isExit ? `RequestId: ${requestId} ${end.error.errorMessage}` : end.error.errorMessage
    const payload = JSON.stringify(isExit ? { errorType, errorMessage } : { errorType, errorMessage, trace })
    return { ...report, kind: 'failed', payload, errorType, isHandled: end.isHandled, lines }
  }

  return {
    plan,
    counts: pool.counts,
    async invoke(event, { requestId = randomUUID(), traceId = '' } = {}) {
      if (isClosed) return closedInvocation(requestId)
      const taken = pool.acquire(now())
      if (typeof taken === 'string') return { kind: 'throttled', reason: taken }
      return serve(taken, event, requestId, traceId)
    },
    environments: () => alive.size,
    log: () => log.lines(),
    async close() {
      isClosed = true
      clearTimeout(timer)
      const stopping = [...alive.values()].map(live => live.stop())
      alive.clear()
      await Promise.all(stopping)
    },
  }
}

/** What comes of an event after the end. */
function closedInvocation(requestId: string): Invocation {
  const errorType = 'Runtime.ExitError'
  const payload = JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} The function was closed` })
  const nothing = { cold: false, initMs: 0, durationMs: 0, memoryMiB: 0, lines: '' }
  return { ...nothing, kind: 'failed', requestId, payload, errorType, isHandled: false }
}

function variablesOf({ name, memoryMiB, exportName, file }: FunctionPlan): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    _HANDLER: `${file}#${exportName}`,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMiB),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `[$LATEST]${randomUUID().replaceAll('-', '')}`,
  }
}

function closingLines(plan: FunctionPlan, report: Omit<InvocationReport, 'lines'>, end: InvocationEnd): string {
  const { requestId, durationMs, initMs, memoryMiB } = report
  const error = end.kind === 'failed' ? `${end.error.errorType}: ${end.error.errorMessage}\n` : ''
  const init = initMs > 0 ? `\tInit Duration: ${initMs.toFixed(2)} ms` : ''
  const times = `Duration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${Math.ceil(durationMs + initMs)} ms`
  return (
    `${error}END RequestId: ${requestId}\nREPORT RequestId: ${requestId}\t${times}` +
    `\tMemory Size: ${plan.memoryMiB} MB\tMax Memory Used: ${memoryMiB} MB${init}\n`
  )
}

import { randomUUID } from 'node:crypto'
import type { PoolCounts, Throttle } from '../../backend/environment-pool.ts'
import type { FunctionPlan } from '../../backend/plans.ts'
import type { Ms } from '../../lib/clock.ts'
import { createBoundedLog } from './bounded-log.ts'
import type { InvocationEnd } from './environment.ts'
import type { StartGate } from './start-gate.ts'
import { createThreads, type Taken } from './threads.ts'

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
  gate: StartGate
}

/**
 * A function whose environments are worker threads. Handlers are trusted code: their limits protect the host from mistakes, not from
 * malice.
 */
export function createLiveFunction(options: LiveFunctionOptions): LiveFunction {
  const { plan, file, now, gate } = options
  const log = createBoundedLog()
  const variables = (): Record<string, string> => ({ ...variablesOf(plan), ...options.variables(), ...plan.variables })
  const threads = createThreads({ plan, file, now, variables, gate, write: log.write })
  let isClosed = false

  async function serve(taken: Taken, event: string, requestId: string, traceId: string): Promise<Invocation> {
    const { live, tail, cold } = taken
    const startedAt = now()
    const failure = await live.loaded
    const begunAt = now()
    tail.text = `START RequestId: ${requestId} Version: $LATEST\n${tail.text}`
    let end: InvocationEnd
    if (failure) end = { kind: 'failed', error: failure, isHandled: false, isLost: true }
    else end = await live.invoke({ requestId, event, deadlineMs: Date.now() + plan.timeoutMs, traceId }, plan.timeoutMs)
    threads.giveBack(taken, end.kind === 'failed' && end.isLost)
    const memoryMiB = Math.max(1, Math.ceil(live.memory.peakBytes / 1024 ** 2))
    const times = { initMs: cold ? begunAt - startedAt : 0, durationMs: now() - begunAt }
    const report = { requestId, cold, ...times, memoryMiB }
    const lines = tail.text + closingLines(plan, report, end)
    tail.text = ''
    return invocationOf({ ...report, lines }, end)
  }

  return {
    plan,
    counts: threads.counts,
    async invoke(event, { requestId = randomUUID(), traceId = '' } = {}) {
      if (isClosed) return closedInvocation(requestId)
      const taken = threads.take()
      if (typeof taken === 'string') return { kind: 'throttled', reason: taken }
      return serve(taken, event, requestId, traceId)
    },
    environments: threads.size,
    log: log.lines,
    close() {
      isClosed = true
      return threads.close()
    },
  }
}

function invocationOf(report: InvocationReport, end: InvocationEnd): Invocation {
  if (end.kind === 'answered') return { ...report, kind: 'answered', payload: end.payload }
  const { errorType, errorMessage, trace } = end.error
  const isExit = errorType === 'Runtime.ExitError' || errorType === 'Sandbox.Timedout'
  const told = isExit
    ? { errorType, errorMessage: `RequestId: ${report.requestId} ${errorMessage}` }
    : { errorType, errorMessage, trace }
  return { ...report, kind: 'failed', payload: JSON.stringify(told), errorType, isHandled: end.isHandled }
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

import { parentPort, workerData } from 'node:worker_threads'
import type { EnvironmentData, EnvironmentMessage, ErrorReport, InvokeMessage } from './messages.ts'

// The inside of one execution environment: loads the handler's module once and calls the handler for one event after the other.
// It imports nothing of the house, so that a cold start is the start of a thread and of the handler's own module.

type Callback = (error: unknown, value?: unknown) => void
type Handler = (event: unknown, context: object, callback: Callback) => unknown

const port = parentPort!
const data = workerData as EnvironmentData
const say = (message: EnvironmentMessage): void => port.postMessage(message)
const reportMemoryEveryMs = 50

let logLetters = 0
for (const stream of [process.stdout, process.stderr]) stream.write = captured

// Lines travel on the same port as answers, so that all lines of an invocation are there before its answer.
function captured(chunk: unknown, ...rest: unknown[]): boolean {
  const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString()
  if (logLetters < data.logLetters) {
    const isLast = logLetters + text.length >= data.logLetters
    say({
      type: 'lines',
      text: isLast ? `${text.slice(0, data.logLetters - logLetters)}\n[further lines are cut]\n` : text,
    })
  }
  logLetters += text.length
  const done = rest.find(argument => typeof argument === 'function') as (() => void) | undefined
  if (done) queueMicrotask(done)
  return true
}

function reportOf(thrown: unknown): ErrorReport {
  if (thrown instanceof Error) {
    const { name, message, stack } = thrown
    return {
      errorType: String(name),
      errorMessage: String(message),
      trace: String(stack ?? '')
        .split('\n')
        .slice(0, 40),
    }
  }
  let errorMessage: string
  try {
    errorMessage = typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? String(thrown))
  } catch {
    errorMessage = 'something that cannot be told'
  }
  return { errorType: typeof thrown, errorMessage, trace: [] }
}

function answer(invocation: number, value: unknown): void {
  let payload: string
  try {
    payload = JSON.stringify(value) ?? 'null'
  } catch (error) {
    const { errorMessage } = reportOf(error)
    fail(invocation, {
      errorType: 'Runtime.MarshalError',
      errorMessage: `Unable to stringify response body: ${errorMessage}`,
      trace: [],
    })
    return
  }
  if (Buffer.byteLength(payload) <= data.answerLetters) say({ type: 'answered', invocation, payload })
  else {
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${data.answerLetters} bytes).`
    fail(invocation, { errorType: 'Function.ResponseSizeTooLarge', errorMessage, trace: [] })
  }
}

function fail(invocation: number, error: ErrorReport, isHandled = false): void {
  say({ type: 'failed', invocation, error, isHandled })
}

function reportMemory(): void {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  say({ type: 'memory', heapBytes: heapUsed, outsideBytes: Math.max(external, arrayBuffers) })
}

function contextOf({ requestId, deadlineMs }: InvokeMessage, callback: Callback): object {
  const { functionName, memoryMiB } = data
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    memoryLimitInMB: String(memoryMiB),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME ?? '',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    done: callback,
    succeed: (value: unknown) => callback(null, value),
    fail: (error: unknown) => callback(error ?? new Error('failed')),
  }
}

/** Calls the handler; the first thing that it answers counts: what it returns, its promise, or its callback. */
async function invoke(handler: Handler, message: InvokeMessage): Promise<void> {
  const { invocation } = message
  logLetters = 0
  let isDone = false
  const watch = setInterval(reportMemory, reportMemoryEveryMs)
  const once = (task: () => void): void => {
    if (isDone) return
    isDone = true
    clearInterval(watch)
    reportMemory()
    task()
  }
  const callback: Callback = (error, value) =>
    once(() =>
      error === null || error === undefined ? answer(invocation, value) : fail(invocation, reportOf(error), true),
    )
  process.env._X_AMZN_TRACE_ID = message.traceId
  try {
    const returned = handler(JSON.parse(message.event), contextOf(message, callback), callback)
    const isPromise = typeof (returned as { then?: unknown } | null | undefined)?.then === 'function'
    // A handler that takes a callback answers with it, unless it returns a promise.
    if (!isPromise && handler.length >= 3) return
    const value: unknown = await returned
    once(() => answer(invocation, value))
  } catch (error) {
    once(() => fail(invocation, reportOf(error)))
  }
}

async function load(): Promise<void> {
  try {
    const loaded = (await import(data.module)) as Record<string, unknown> & { default?: Record<string, unknown> }
    const handler = loaded[data.exportName] ?? loaded.default?.[data.exportName]
    if (typeof handler !== 'function') {
      const errorMessage = `${data.exportName} is undefined or not exported`
      say({ type: 'not-loaded', error: { errorType: 'Runtime.HandlerNotFound', errorMessage, trace: [] } })
      return
    }
    port.on('message', (message: InvokeMessage) => {
      void invoke(handler as Handler, message)
    })
    say({ type: 'loaded' })
  } catch (error) {
    const report = reportOf(error)
    const errorType = report.errorType === 'Error' ? 'Runtime.ImportModuleError' : report.errorType
    say({ type: 'not-loaded', error: { ...report, errorType } })
  }
}

void load()

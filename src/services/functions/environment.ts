import type { Ms } from '../../lib/clock.ts'
import type { EnvironmentData, EnvironmentMessage, ErrorReport, HostTold, InvokeMessage } from './messages.ts'
import type { StartGate } from './start-gate.ts'
import type { Thread, ThreadHost } from './thread-host.ts'

/** How an invocation ended inside its environment. */
export type InvocationEnd =
  | { kind: 'answered'; payload: string }
  | { kind: 'failed'; error: ErrorReport; isHandled: boolean; isLost: boolean }

/** What an environment said last of its memory, and when (of `performance.now`). */
export interface EnvironmentMemory {
  heapBytes: number
  outsideBytes: number
  peakBytes: number
  saidAtMs: Ms
}

/** One worker thread with one handler. It serves one event at a time. */
export interface LiveEnvironment {
  /** Settles when the module is loaded: undefined, or why it is not. */
  readonly loaded: Promise<ErrorReport | undefined>
  readonly memory: EnvironmentMemory
  invoke(message: Omit<InvokeMessage, 'type' | 'invocation'>, timeoutMs: Ms): Promise<InvocationEnd>
  /** Ends the thread; an invocation that runs fails with this error. */
  stop(error?: ErrorReport): void
  readonly isAlive: () => boolean
}

export interface EnvironmentOptions {
  data: EnvironmentData
  variables: Record<string, string>
  /** Loading takes at most this long. */
  initTimeoutMs: Ms
  gate: StartGate
  host: ThreadHost
  write(text: string): void
  /** The thread has ended by itself while it had nothing to do. */
  lost(): void
}

const MiB = 1024 * 1024

/**
 * Starts a thread, when it is its turn, and loads the handler in it. Nothing that the handler does ends the host: it costs this
 * environment only.
 */
export function startEnvironment(options: EnvironmentOptions): LiveEnvironment {
  const { data, variables, initTimeoutMs, gate, host, write, lost } = options
  const memory: EnvironmentMemory = { heapBytes: 0, outsideBytes: 0, peakBytes: 0, saidAtMs: performance.now() }
  let thread: Thread | undefined
  let initTimer: NodeJS.Timeout | undefined
  let invocations = 0
  let end: ((end: InvocationEnd) => void) | undefined
  let settleLoad: (error: ErrorReport | undefined) => void = () => undefined
  let isAlive = true
  let isLoading = false
  const loaded = new Promise<ErrorReport | undefined>(resolve => {
    settleLoad = resolve
  })

  const endLoading = (error: ErrorReport | undefined): void => {
    clearTimeout(initTimer)
    settleLoad(error)
    if (isLoading) gate.leave()
    isLoading = false
  }
  /** The thread is gone: whoever waits learns why. */
  const gone = (error: ErrorReport): void => {
    if (!isAlive) return
    isAlive = false
    endLoading(error)
    if (end) end({ kind: 'failed', error, isHandled: false, isLost: true })
    else lost()
  }
  const stop = (error = stopped): void => {
    gone(error)
    thread?.stop()
  }
  const hear = (message: EnvironmentMessage): void => {
    if (message.type === 'lines') write(message.text)
    else if (message.type === 'memory') {
      memory.heapBytes = message.heapBytes
      memory.outsideBytes = message.outsideBytes
      memory.saidAtMs = performance.now()
      memory.peakBytes = Math.max(memory.peakBytes, memory.heapBytes + memory.outsideBytes)
      if (memory.outsideBytes > data.memoryMiB * MiB) stop(killed)
    } else if (message.type === 'loaded') endLoading(undefined)
    else if (message.type === 'not-loaded') stop(message.error)
    else if (message.invocation === invocations && end)
      end(
        message.type === 'answered'
          ? { kind: 'answered', payload: message.payload }
          : { ...message, kind: 'failed', isLost: false },
      )
  }
  gate.enter(() => {
    isLoading = true
    if (!isAlive) return endLoading(undefined)
    initTimer = setTimeout(() => stop(initTimedOut(initTimeoutMs)), initTimeoutMs)
    thread = host.start(data, variables, told => {
      if (told.kind === 'message') hear(told.message)
      else gone(reportOf(told))
    })
  })

  return {
    loaded,
    memory,
    isAlive: () => isAlive,
    stop,
    invoke(message, timeoutMs) {
      invocations++
      memory.saidAtMs = performance.now()
      return new Promise(resolve => {
        const timer = setTimeout(() => stop(timedOut(timeoutMs)), timeoutMs)
        end = outcome => {
          clearTimeout(timer)
          end = undefined
          resolve(outcome)
        }
        if (thread === undefined || !isAlive) end({ kind: 'failed', error: stopped, isHandled: false, isLost: true })
        else thread.post({ ...message, type: 'invoke', invocation: invocations })
      })
    },
  }
}

const stopped: ErrorReport = { errorType: 'Runtime.ExitError', errorMessage: 'The environment was stopped', trace: [] }

/** The environment used more memory than it has. */
export const killed: ErrorReport = {
  errorType: 'Runtime.ExitError',
  errorMessage: 'Error: Runtime exited with error: signal: killed',
  trace: [],
}

function initTimedOut(timeoutMs: Ms): ErrorReport {
  const errorMessage = `Init timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`
  return { errorType: 'Sandbox.Timedout', errorMessage, trace: [] }
}

function timedOut(timeoutMs: Ms): ErrorReport {
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
    trace: [],
  }
}

function exitOf(code: number): ErrorReport {
  const errorMessage =
    code === 0
      ? 'Error: Runtime exited without providing a reason'
      : `Error: Runtime exited with error: exit status ${code}`
  return { errorType: 'Runtime.ExitError', errorMessage, trace: [] }
}

/** Why a thread has ended, in a runtime's words. */
function reportOf(told: Exclude<HostTold, { kind: 'message' }>): ErrorReport {
  if (told.kind === 'exit') return exitOf(told.code)
  if (told.kind === 'killed' || told.isOutOfMemory) return killed
  return { errorType: told.name, errorMessage: told.message, trace: told.stack.split('\n') }
}

import { Worker } from 'node:worker_threads'
import type { EdgeLimits, HookEvent, HookOutcome } from '../../backend/edge-hooks.ts'
import type { Ms } from '../../lib/clock.ts'
import { type Mistake, UserError } from '../../lib/user-error.ts'
import type { Script } from './sandbox.ts'

/** An event for a script's thread. */
export interface EdgeOrder {
  event: HookEvent
  now: Ms
}

/** What a script's thread tells: that it can begin, that the script has mistakes, or what came of the oldest event it was given. */
export type EdgeTold =
  | { kind: 'ready' }
  | { kind: 'mistaken'; mistakes: readonly Mistake[] }
  | { kind: 'ran'; outcome: HookOutcome }

/** One script in a thread of its own. */
export interface ScriptThread {
  /** Rejects with UserError for a script with mistakes. */
  ready: Promise<void>
  run(order: EdgeOrder): Promise<HookOutcome>
  close(): Promise<void>
}

interface Waiting extends EdgeOrder {
  settle(outcome: HookOutcome): void
}

const workerFile = new URL('./edge-worker.js', import.meta.url)
const startTimeoutMs = 10_000
/** More events than this do not wait for one script. */
const mostWaiting = 1000

export function createScriptThread(script: Script, limits: EdgeLimits, patienceMs: Ms): ScriptThread {
  /** In the order in which the thread has them. */
  const waiting: Waiting[] = []
  let worker: Worker
  let isReady = false
  let isClosed = false
  /** When the thread came to the oldest event, or began to start. */
  let since = 0
  let timer: NodeJS.Timeout | undefined
  let first: { resolve(): void; reject(error: Error): void } | undefined
  const ready = new Promise<void>((resolve, reject) => {
    first = { resolve, reject }
  })

  function start(): void {
    isReady = false
    since = performance.now()
    const mine = new Worker(workerFile, { workerData: { script, limits }, execArgv: [], argv: [], env: {} })
    worker = mine
    // A thread that has nothing to do keeps no program alive.
    mine.unref()
    mine.on('message', (told: EdgeTold) => {
      if (mine === worker) hear(told)
    })
    mine.on('error', () => {
      if (mine === worker) replace('the thread of the function ended')
    })
    for (const order of waiting) post(order)
    watch()
  }

  function post({ event, now }: EdgeOrder): void {
    worker.postMessage({ event, now } satisfies EdgeOrder)
  }

  function hear(told: EdgeTold): void {
    since = performance.now()
    if (told.kind === 'ran') waiting.shift()!.settle(told.outcome)
    else if (told.kind === 'ready') {
      isReady = true
      first?.resolve()
      first = undefined
      // From now on it has less time.
      clearTimeout(timer)
      timer = undefined
      watch()
    } else first?.reject(new UserError(told.mistakes))
  }

  /** Ends the thread over its oldest event; the others go on in a new one. */
  function replace(message: string): void {
    void worker.terminate()
    waiting.shift()?.settle({ kind: 'failed', status: 503, message })
    if (first) first.reject(new UserError({ message: `${script.name}: ${message}`, at: { file: script.file } }))
    else if (!isClosed) start()
  }

  /** Looks again when the oldest event, or the start, would have taken too long. */
  function watch(): void {
    if (timer !== undefined || isClosed || (isReady && waiting.length === 0)) return
    const restMs = since + (isReady ? patienceMs : startTimeoutMs) - performance.now()
    // After the timers of a turn come the messages: an answer that is there is heard before it is missed.
    timer = setTimeout(() => setImmediate(judge), Math.max(1, restMs)).unref()
  }

  function judge(): void {
    timer = undefined
    const isLate = performance.now() - since >= (isReady ? patienceMs : startTimeoutMs)
    if (isLate && (!isReady || waiting.length > 0)) replace('the function took too long')
    watch()
  }

  start()
  return {
    ready,
    run(order) {
      if (isClosed || waiting.length >= mostWaiting)
        return Promise.resolve({ kind: 'failed', status: 503, message: 'too many requests wait for the function' })
      return new Promise(settle => {
        if (waiting.length === 0 && isReady) since = performance.now()
        waiting.push({ ...order, settle })
        post(order)
        watch()
      })
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      await worker.terminate()
      for (const { settle } of waiting.splice(0)) settle({ kind: 'failed', status: 503, message: 'the PoP is closing' })
    },
  }
}

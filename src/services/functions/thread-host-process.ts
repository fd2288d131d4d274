import { Worker } from 'node:worker_threads'
import { createMemoryWatch } from './memory-watch.ts'
import type { EnvironmentMessage, HostOrder, HostTold } from './messages.ts'

// The process in which the threads of one function live. What JavaScript engine and threads cannot survive (an allocation that cannot
// be had ends a whole process) ends this one and no other. It does what it is told, passes messages on, and watches memory.

const workerFile = new URL('./environment-worker.js', import.meta.url)
const stackMiB = 4
/** A thread that has not ended so long after it was told to is inside of something that does not end. */
const stopTimeoutMs = 1000

const threads = new Map<number, Worker>()
const tell = (told: HostTold): void => {
  if (process.connected) process.send!(told)
}
const endNow = (): void => {
  process.kill(process.pid, 'SIGKILL')
}
const watch = createMemoryWatch(id => {
  tell({ id, kind: 'killed' })
  stop(id)
})

function start({ id, data, variables }: HostOrder & { kind: 'start' }): void {
  let worker: Worker
  try {
    worker = new Worker(workerFile, {
      workerData: data,
      env: variables,
      argv: [],
      execArgv: [],
      stdin: false,
      resourceLimits: { maxOldGenerationSizeMb: data.memoryMiB, stackSizeMb: stackMiB },
    })
  } catch (thrown) {
    tell({ id, kind: 'error', ...told(thrown) })
    tell({ id, kind: 'exit', code: 1 })
    return
  }
  threads.set(id, worker)
  worker.on('message', (message: EnvironmentMessage) => {
    if (message.type === 'memory') watch.said(id)
    else if (message.type === 'answered' || message.type === 'failed') watch.end(id)
    tell({ id, kind: 'message', message })
  })
  // What was thrown may be anything, null too.
  worker.on('error', (thrown: unknown) => tell({ id, kind: 'error', ...told(thrown) }))
  worker.on('exit', code => {
    watch.end(id)
    threads.delete(id)
    tell({ id, kind: 'exit', code })
  })
}

function stop(id: number): void {
  const worker = threads.get(id)
  if (!worker) return
  watch.end(id)
  const timer = setTimeout(endNow, stopTimeoutMs)
  void worker.terminate().then(() => clearTimeout(timer))
}

function told(thrown: unknown): { name: string; message: string; stack: string; isOutOfMemory: boolean } {
  if (!(thrown instanceof Error))
    return { name: 'Runtime.UnhandledError', message: String(thrown), stack: '', isOutOfMemory: false }
  const isOutOfMemory = (thrown as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY'
  return { name: thrown.name, message: thrown.message, stack: String(thrown.stack ?? ''), isOutOfMemory }
}

process.on('message', (order: HostOrder) => {
  if (order.kind === 'start') start(order)
  else if (order.kind === 'stop') stop(order.id)
  else {
    watch.begin(order.id, order.memoryMiB)
    threads.get(order.id)?.postMessage(order.message)
  }
})
// Whoever started this process decides when it ends, also when a terminal asks all of them at once.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.on('disconnect', endNow)

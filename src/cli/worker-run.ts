import { availableParallelism, hostname } from 'node:os'
import { threadModule } from '../files/quick.ts'
import { readVersion } from '../files/version.ts'
import { serveFleet } from '../sweep/fleet-worker.ts'
import { openQueue } from '../sweep/queue.ts'
import { createTraceStore } from '../sweep/trace-store.ts'
import { tellQueueNews } from './fleet-news.ts'
import { readWorkerSettings } from './sweep-settings.ts'
import type { WorkerOptions } from './worker.ts'

const interruptedExit = 130
const longestGoodbyeMs = 1000
/** Beside this module, under the name that the build gives it. */
const worker = threadModule(new URL('./sweep-worker.js', import.meta.url))

/** Runs cells of a queue until a signal or idleness ends it. Throws UserError; sets the exit code of interruption. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { address, mostBytes, idleMs, lockMs, workers = availableParallelism() } = readWorkerSettings(options)
  const traces = createTraceStore(options.traces, options.cache)
  const version = readVersion()
  const queue = await openQueue(address, tellQueueNews(address))
  const [drain, stop] = [new AbortController(), new AbortController()]
  const onTerminate = (): void => drain.abort()
  const onInterrupt = (): void => stop.abort()
  process.once('SIGTERM', onTerminate).once('SIGINT', onInterrupt)
  process.stderr.write(
    `cdnlab ${version} on ${hostname()} takes cells from ${address.shown}, ${workers} at a time; SIGTERM lets it finish and go\n`,
  )
  try {
    const ran = await serveFleet({
      ...{ queue, traces, version, worker, workers, mostBytes, idleMs, lockMs },
      drain: drain.signal,
      stop: stop.signal,
    })
    process.stderr.write(`${ran} ${ran === 1 ? 'cell' : 'cells'} run\n`)
    if (stop.signal.aborted) process.exitCode = interruptedExit
  } finally {
    process.off('SIGTERM', onTerminate).off('SIGINT', onInterrupt)
    await queue.close()
    traces.close()
    // Where the server is away, connections that still look for it would keep us.
    setTimeout(() => process.exit(), longestGoodbyeMs).unref()
  }
}

// A worker of a fleet as a process of its own, in which one kind of cell kills the whole process.
import { isMainThread } from 'node:worker_threads'

export function runCell({ overrides: [{ value }] }) {
  if (value === 'poison') process.kill(process.pid, 'SIGKILL')
  return { value }
}

if (isMainThread) {
  const { serveFleet } = await import('#cdnlab/sweep/fleet-worker.js')
  const { openQueue } = await import('#cdnlab/sweep/queue.js')
  const { parseQueueAddress } = await import('#cdnlab/sweep/queue-address.js')
  const queue = await openQueue(parseQueueAddress(process.argv[2]), { onAway: () => {}, onBack: () => {} })
  const signal = new AbortController().signal
  await serveFleet({
    queue,
    traces: { find: trace => trace.path, close: () => {} },
    version: '1',
    worker: new URL(import.meta.url),
    workers: 1,
    mostBytes: 1e12,
    idleMs: 6000,
    lockMs: 1000,
    drain: signal,
    stop: signal,
  })
  await queue.close()
}

import { killed, type LiveEnvironment } from './environment.ts'

/** Looks at the memory of the whole process while environments are busy. */
export interface MemoryWatch {
  /** Begins to watch an environment during an invocation; the answer ends it. */
  begin(environment: LiveEnvironment, memoryMiB: number): () => void
}

interface Watched {
  memoryMiB: number
  /** When it last spoke, and what the process held then. */
  saidAtMs: number
  heldBytes: number
}

const everyMs = 50
/** An environment that has not said anything for so long is in a loop. */
const silentMs = 150
const slackMiB = 64
const MiB = 1024 * 1024

/**
 * Buffers are not counted by a thread's memory limit. An environment that has time to reports them itself; one that fills them in
 * a loop does not. So one that is silent while the process grows by more than the environment may use is killed.
 */
export function createMemoryWatch(): MemoryWatch {
  const all = new Map<LiveEnvironment, Watched>()
  let timer: NodeJS.Timeout | undefined

  const look = (): void => {
    const held = process.memoryUsage.rss()
    for (const [environment, watched] of all) {
      const { saidAtMs } = environment.memory
      if (saidAtMs !== watched.saidAtMs) {
        watched.saidAtMs = saidAtMs
        watched.heldBytes = held
      } else if (
        performance.now() - saidAtMs >= silentMs &&
        held - watched.heldBytes > (watched.memoryMiB + slackMiB) * MiB
      )
        void environment.stop(killed)
    }
  }
  return {
    begin(environment, memoryMiB) {
      const { saidAtMs } = environment.memory
      all.set(environment, { memoryMiB, saidAtMs, heldBytes: process.memoryUsage.rss() })
      timer ??= setInterval(look, everyMs).unref()
      return () => {
        all.delete(environment)
        if (all.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}

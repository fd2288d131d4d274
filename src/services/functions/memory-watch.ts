import { killed, type LiveEnvironment } from './environment.ts'

/** Looks at the memory of the whole process while environments are busy. */
export interface MemoryWatch {
  /** Begins to watch an environment during an invocation; the answer ends it. */
  begin(environment: LiveEnvironment, memoryMiB: number): () => void
}

const everyMs = 50
/** An environment that has not said anything for so long is in a loop that does not end soon. */
const silentMs = 150
const slackMiB = 64
const MiB = 1024 * 1024

/**
 * Buffers are not counted by a thread's memory limit. An environment that has time to reports them itself; one that fills them in
 * a loop does not. So whenever the process has grown by more than all busy environments together may use, the one that has been
 * silent longest is killed.
 */
export function createMemoryWatch(): MemoryWatch {
  const watched = new Map<LiveEnvironment, number>()
  let timer: NodeJS.Timeout | undefined
  let floorBytes = 0

  const look = (): void => {
    let allowedMiB = slackMiB
    let suspect: LiveEnvironment | undefined
    for (const [environment, memoryMiB] of watched) {
      allowedMiB += memoryMiB
      if (suspect === undefined || environment.memory.saidAtMs < suspect.memory.saidAtMs) suspect = environment
    }
    if (suspect === undefined || process.memoryUsage.rss() - floorBytes < allowedMiB * MiB) return
    if (performance.now() - suspect.memory.saidAtMs >= silentMs) void suspect.stop(killed)
  }
  return {
    begin(environment, memoryMiB) {
      if (watched.size === 0) floorBytes = process.memoryUsage.rss()
      watched.set(environment, memoryMiB)
      timer ??= setInterval(look, everyMs).unref()
      return () => {
        watched.delete(environment)
        if (watched.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}

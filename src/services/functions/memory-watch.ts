/** Looks at the memory of a process while its threads are busy. */
export interface MemoryWatch {
  /** A thread begins to serve an event. */
  begin(id: number, memoryMiB: number): void
  /** It has said how much memory it holds: it has time to, and its own word counts. */
  said(id: number): void
  end(id: number): void
}

interface Watched {
  memoryMiB: number
  saidAtMs: number
  /** What the process held when the thread last spoke. */
  heldBytes: number
}

const everyMs = 25
/** A thread that has not said anything for so long is in a loop. */
const silentMs = 150
const slackMiB = 64
const MiB = 1024 * 1024

/**
 * Buffers are not counted by a thread's memory limit. A thread that has time to reports them itself; one that fills them in a loop
 * does not. So one that is silent while the process grows by more than the thread may use is killed.
 */
export function createMemoryWatch(kill: (id: number) => void): MemoryWatch {
  const all = new Map<number, Watched>()
  let timer: NodeJS.Timeout | undefined

  const look = (): void => {
    const held = process.memoryUsage.rss()
    for (const [id, { memoryMiB, saidAtMs, heldBytes }] of all)
      if (performance.now() - saidAtMs >= silentMs && held - heldBytes > (memoryMiB + slackMiB) * MiB) kill(id)
  }
  return {
    begin(id, memoryMiB) {
      all.set(id, { memoryMiB, saidAtMs: performance.now(), heldBytes: process.memoryUsage.rss() })
      timer ??= setInterval(look, everyMs)
    },
    said(id) {
      const watched = all.get(id)
      if (!watched) return
      watched.saidAtMs = performance.now()
      watched.heldBytes = process.memoryUsage.rss()
    },
    end(id) {
      all.delete(id)
      if (all.size > 0) return
      clearInterval(timer)
      timer = undefined
    },
  }
}

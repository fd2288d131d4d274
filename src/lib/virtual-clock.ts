import type { Clock, Ms } from './clock.ts'
import { TimedQueue } from './timed-queue.ts'

/** A clock that stands still until it is told to go on: simulated time. */
export interface VirtualClock extends Clock {
  /** Does everything that is due up to and including a time, in order of time and then of asking. */
  runUntil(time: Ms): void
  /** Does everything that is left, whenever it is due. */
  runOut(): void
}

export function createVirtualClock(): VirtualClock {
  const queue = new TimedQueue()
  const tasks: (((now: Ms) => void) | null)[] = []
  const free: number[] = []
  const runUntil = (time: Ms): void => {
    while (queue.size > 0 && queue.nextTime <= time) {
      const now = queue.nextTime
      const number = queue.pop()
      const task = tasks[number]!
      tasks[number] = null
      free.push(number)
      task(now)
    }
  }
  return {
    at(time, task) {
      const number = free.pop() ?? tasks.length
      tasks[number] = task
      queue.push(time, number)
    },
    runUntil,
    runOut: () => runUntil(Number.POSITIVE_INFINITY),
  }
}

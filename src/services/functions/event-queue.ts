import { randomUUID } from 'node:crypto'
import type { Ms } from '../../lib/clock.ts'
import type { Invocation, LiveFunction } from './live-function.ts'

/** Events that nobody waits for: each is tried again when it fails, and given up when it is too old. */
export interface EventQueue {
  /** False when no more events may wait. */
  add(event: string, of?: { requestId?: string; traceId?: string }): boolean
  readonly counts: Readonly<QueueCounts>
  /** Settles when nothing waits any more. */
  drained(): Promise<void>
  close(): void
}

export interface QueueCounts {
  waiting: number
  done: number
  /** Given up after all tries, or by age. */
  dropped: number
}

export interface EventQueueOptions {
  target: LiveFunction
  now(): Ms
  /** Pauses before the second and third try; AWS waits one minute and two. */
  retryDelaysMs?: readonly Ms[]
  /** Before an event that was throttled is tried again: the first pause, doubled each time, and the greatest one. */
  throttleDelaysMs?: { first: Ms; greatest: Ms }
  greatestWaiting?: number
}

interface Waiting {
  event: string
  requestId: string
  traceId: string
  addedAt: Ms
  failures: number
  throttles: number
}

/** Source: AWS Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation". */
export function createEventQueue(options: EventQueueOptions): EventQueue {
  const { target, now, retryDelaysMs = [60_000, 120_000], greatestWaiting = 10_000 } = options
  const { first, greatest } = options.throttleDelaysMs ?? { first: 1000, greatest: 300_000 }
  const { retries, eventAgeMs } = target.plan
  const counts: QueueCounts = { waiting: 0, done: 0, dropped: 0 }
  const timers = new Set<NodeJS.Timeout>()
  let waiters: (() => void)[] = []
  let isClosed = false

  const finish = (outcome: 'done' | 'dropped'): void => {
    counts.waiting--
    counts[outcome]++
    if (counts.waiting > 0) return
    for (const waiter of waiters.splice(0)) waiter()
  }
  const later = (waiting: Waiting, delayMs: Ms): void => {
    if (isClosed || now() + delayMs - waiting.addedAt > eventAgeMs) {
      finish('dropped')
      return
    }
    const timer = setTimeout(() => {
      timers.delete(timer)
      void attempt(waiting)
    }, delayMs)
    timers.add(timer.unref())
  }
  const attempt = async (waiting: Waiting): Promise<void> => {
    const { event, requestId, traceId } = waiting
    const outcome: Invocation = await target.invoke(event, { requestId, traceId })
    if (outcome.kind === 'answered') finish('done')
    else if (outcome.kind === 'throttled') later(waiting, Math.min(greatest, first * 2 ** waiting.throttles++))
    else if (waiting.failures < retries) {
      const delayMs = retryDelaysMs[Math.min(waiting.failures, retryDelaysMs.length - 1)] ?? 0
      waiting.failures++
      later(waiting, delayMs)
    } else finish('dropped')
  }
  return {
    counts,
    add(event, { requestId = randomUUID(), traceId = '' } = {}) {
      if (isClosed || counts.waiting >= greatestWaiting) return false
      counts.waiting++
      void attempt({ event, requestId, traceId, addedAt: now(), failures: 0, throttles: 0 })
      return true
    },
    drained: () =>
      counts.waiting === 0
        ? Promise.resolve()
        : new Promise(resolve => {
            waiters = [...waiters, resolve]
          }),
    close() {
      isClosed = true
      for (const timer of timers) {
        clearTimeout(timer)
        finish('dropped')
      }
      timers.clear()
    },
  }
}

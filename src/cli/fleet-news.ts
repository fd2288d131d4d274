import { inertLines } from '../report/inert.ts'
import type { QueueNews } from '../sweep/queue.ts'
import type { QueueAddress } from '../sweep/queue-address.ts'

/** Tells on standard error when the server of a queue goes away and comes back. */
export function tellQueueNews({ shown }: QueueAddress): QueueNews {
  return {
    onAway: why => void process.stderr.write(`the queue ${shown} is away (${inertLines(why)}); waiting for it\n`),
    onBack: () => void process.stderr.write('the queue is back\n'),
  }
}

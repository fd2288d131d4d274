import { UserError } from '../lib/user-error.ts'
import type { Override } from '../scenario/override.ts'
import { type ReplayRun, runAndCompare } from './replay-run.ts'

/** Halvings of the range on a logarithmic scale: from a factor of thousands down to some percent. */
const rounds = 9
const smallestShare = 1 / 8192

/**
 * The room of each PoP with which the model has as many hits as the log: the more room, the more hits, so the range is halved until it is
 * narrow. Where even room for everything gives fewer hits than the log has, that room is the answer. Throws UserError when the logs
 * tell no verdicts.
 */
export async function fitCapacity(input: ReplayRun): Promise<Override[]> {
  const { bytesOf } = input.logs.record
  const footprint = bytesOf.reduce((sum, bytes) => sum + bytes, 0)
  const at = (bytes: number): Override[] => [{ key: 'edge.capacity', value: String(twoDigits(bytes)) }]
  const hasTooFew = async (bytes: number): Promise<boolean> => {
    const { comparison } = await runAndCompare({ ...input, overrides: [...at(bytes), ...input.overrides] })
    if (comparison.compared === 0) throw new UserError('--fit needs logs that tell verdicts')
    return comparison.simulated.hits < comparison.logged.hits
  }
  let [low, high] = [Math.max(1, footprint * smallestShare), Math.max(2, footprint)]
  if (await hasTooFew(high)) return at(high)
  for (let round = 0; round < rounds; round++) {
    const middle = Math.sqrt(low * high)
    if (await hasTooFew(middle)) low = middle
    else high = middle
  }
  return at(Math.sqrt(low * high))
}

function twoDigits(bytes: number): number {
  return Math.max(1, Number(bytes.toPrecision(2)))
}

import { totalmem } from 'node:os'
import { constrainedMemory } from 'node:process'
import { blocksInMemory } from '../files/spill.ts'
import { formatBytes } from '../lib/quantity.ts'
import { UserError } from '../lib/user-error.ts'
import { policies } from '../policies/index.ts'
import type { Plan } from '../scenario/plan.ts'
import { batchRows } from '../sim/simulate.ts'
import { blockRows } from '../traffic/replayed.ts'

/** A thread with the program, the maps and the reports loaded. */
const threadBytes = 96 * 2 ** 20
/** A column entry for each object of the catalogue: size, class, behaviour, popularity, and the alias table. */
const bytesPerObject = 64
/** A held object: its slot's dates and links, its entry in the id map, and what a policy keeps of it, ghosts included. */
const bytesPerSlot = 128
/** A replayed request: time, object and place; and its object's size and class. */
const bytesPerRequest = 14
const bytesPerTracedObject = 9
/** A request in the batch that a cell walks through, as it came and in the order of the PoPs; most requests of a batch. */
const bytesPerRow = 36
/** The next use of a request, where a policy asks for it. */
const bytesPerNextUse = 8
/** No web object is smaller on the average; a shelf of so many bytes holds no more objects. */
const smallestMeanBytes = 256

/** About the most memory that a run of a plan takes, in bytes, without its trace. Requests of a trace are counted from its length in bytes. */
export function estimateMemory({ traffic, pops }: Plan, traceBytes: number): number {
  const isSynthetic = traffic.kind === 'synthetic'
  const requests = isSynthetic ? expectedRequests(traffic) : tracedRequests(traffic, traceBytes)
  const objects = isSynthetic ? traffic.objects : requests
  const room = pops.reduce((sum, { capacityBytes }) => sum + Math.min(objects, capacityBytes / smallestMeanBytes), 0)
  // A PoP holds only what was asked for: all of them together have stored no more than one copy a request and tier.
  const slots = Math.min(room, 2 * requests)
  const needsFuture = pops.some(({ policy }) => policies.choose(policy).definition.needsFuture)
  const rows = isSynthetic ? 0 : Math.min(requests, batchRows) * bytesPerRow
  const kept = rows + (needsFuture ? requests * bytesPerNextUse : 0)
  return Math.ceil(threadBytes + objects * bytesPerObject + slots * bytesPerSlot + kept)
}

/** About the memory that the trace of a plan takes, however many threads replay it: what does not fit lies in a file. */
export function estimateTrace({ traffic }: Plan, traceBytes: number): number {
  if (traffic.kind !== 'trace') return 0
  const requests = tracedRequests(traffic, traceBytes)
  return Math.ceil(Math.min(requests, blocksInMemory * blockRows) * bytesPerRequest + requests * bytesPerTracedObject)
}

/** No format has less than 8 bytes for a request. */
function tracedRequests({ requests }: Extract<Plan['traffic'], { kind: 'trace' }>, traceBytes: number): number {
  return Math.min(requests, traceBytes / 8)
}

function expectedRequests({ requests, ratePerSecond, durationMs }: Extract<Plan['traffic'], { kind: 'synthetic' }>) {
  return Math.min(requests, Number.isFinite(durationMs) ? (ratePerSecond * durationMs) / 1000 : requests)
}

/** Memory that a sweep may fill when nothing else is said: four fifths of the machine's, or of the container's. */
export function memoryOfMachine(): number {
  const limit = constrainedMemory()
  return 0.8 * (limit > 0 && limit < totalmem() ? limit : totalmem())
}

export interface MemoryBudget {
  /** Workers asked for; undefined: as many as there are processors and room for. */
  workers: number | undefined
  processors: number
  /** Of the largest cell. */
  cellBytes: number
  /** What all workers read and none has for itself. */
  sharedBytes: number
  mostBytes: number
}

/** How many workers start. Throws UserError, with the numbers, when they would not fit. */
export function workersWithin({ workers, processors, cellBytes, sharedBytes, mostBytes }: MemoryBudget): number {
  const fitting = Math.max(0, Math.floor((mostBytes - sharedBytes) / cellBytes))
  const wanted = workers ?? Math.max(1, Math.min(processors, fitting))
  const traces = sharedBytes === 0 ? '' : ` and ${formatBytes(sharedBytes)} of traces for all`
  if (wanted > fitting)
    throw new UserError({
      message: `${wanted} ${wanted === 1 ? 'worker' : 'workers'} of up to ${formatBytes(cellBytes)} each${traces} need ${formatBytes(sharedBytes + wanted * cellBytes)}, and ${formatBytes(mostBytes)} may be used`,
      hint:
        fitting > 0
          ? `--workers ${fitting} fits, or give more with --max-memory`
          : 'make the cells smaller, or give more with --max-memory',
    })
  return wanted
}

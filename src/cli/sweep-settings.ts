import { parseBytes, parseDurationMs, parseShare } from '../lib/quantity.ts'
import { type Mistake, UserError } from '../lib/user-error.ts'
import { memoryOfMachine } from '../sweep/memory.ts'
import { parseQueueAddress, type QueueAddress } from '../sweep/queue-address.ts'
import { parseShard, type Shard, wholeSweep } from '../sweep/shard.ts'
import type { SweepOptions } from './sweep.ts'
import type { WorkerOptions } from './worker.ts'

/** The options of a sweep, each in its unit. */
export interface SweepSettings {
  shard: Shard
  /** Undefined: as many as there are processors and room for. */
  workers: number | undefined
  timeoutMs: number
  precision: number | undefined
  mostBytes: number
  /** Undefined: the cells run here. */
  address: QueueAddress | undefined
}

/** Reads the options of a sweep. Throws UserError with every mistake. */
export function readSweepSettings(options: SweepOptions): SweepSettings {
  const { workers, shard, cellTimeout, maxMemory, precision, queue } = options
  const mistakes: Mistake[] = []
  const share = precision === undefined ? undefined : parseShare(precision)
  if (precision !== undefined && !share)
    mistakes.push({ message: `--precision ${precision} is no share above 0`, hint: 'for instance 0.5%' })
  const local = [workers !== undefined && '--workers', maxMemory !== undefined && '--max-memory'].filter(Boolean)
  if (queue !== undefined && local.length > 0)
    mistakes.push({
      message: `${local.join(' and ')}: with --queue the cells run elsewhere`,
      hint: 'say it to cdnlab worker',
    })
  const settings = {
    timeoutMs: readTime('--cell-timeout', cellTimeout, mistakes),
    mostBytes: readMemory(maxMemory, mistakes),
    workers: readWorkers(workers, mistakes),
  }
  if (mistakes.length > 0) throw new UserError(mistakes)
  return {
    ...settings,
    precision: share,
    shard: shard === undefined ? wholeSweep : parseShard(shard),
    address: queue === undefined ? undefined : parseQueueAddress(queue),
  }
}

/** The options of a worker, each in its unit. */
export interface WorkerSettings {
  address: QueueAddress
  workers: number | undefined
  mostBytes: number
  idleMs: number
  lockMs: number
}

/** Reads the options of a worker. Throws UserError with every mistake. */
export function readWorkerSettings({ queue, workers, maxMemory, idle, lock }: WorkerOptions): WorkerSettings {
  const mistakes: Mistake[] = []
  const settings = {
    workers: readWorkers(workers, mistakes),
    mostBytes: readMemory(maxMemory, mistakes),
    idleMs: readTime('--idle', idle, mistakes),
    lockMs: readTime('--lock', lock, mistakes),
  }
  if (mistakes.length > 0) throw new UserError(mistakes)
  return { ...settings, address: parseQueueAddress(queue) }
}

/** Infinity where nothing is said. */
function readTime(option: string, text: string | undefined, mistakes: Mistake[]): number {
  const ms = text === undefined ? Number.POSITIVE_INFINITY : parseDurationMs(text)
  if (!ms) mistakes.push({ message: `${option} ${text} is no duration`, hint: 'for instance 90s or 10m' })
  return ms ?? Number.POSITIVE_INFINITY
}

function readMemory(text: string | undefined, mistakes: Mistake[]): number {
  const bytes = text === undefined ? memoryOfMachine() : parseBytes(text)
  if (!bytes) mistakes.push({ message: `--max-memory ${text} is no size`, hint: 'for instance 8GiB' })
  return bytes ?? 0
}

function readWorkers(text: string | undefined, mistakes: Mistake[]): number | undefined {
  const count = text === undefined ? undefined : Number(text)
  if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= 1024))
    mistakes.push({ message: `--workers ${text}: a number from 1 to 1024 is expected` })
  return count
}

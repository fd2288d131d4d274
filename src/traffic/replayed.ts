import { AliasTable } from '../lib/alias.ts'
import type { Random } from '../lib/random.ts'
import type { Batch, Catalog, Traffic } from './traffic.ts'

/** Rows of a block; the last one may be shorter. */
export const blockRows = 1 << 18
/** What stands for the place of a request whose trace does not say where its visitor is. */
export const noPlace = 0xffff

/** A stretch of a trace that was read: dense objects, and times from the first request on. */
export interface RecordedBlock {
  count: number
  timesMs: Float64Array
  objects: Int32Array
  /** Index of the place that is nearest to the request's coordinates, or `noPlace`. */
  places: Uint16Array
}

/** Where blocks are kept until they are replayed: in memory, or wherever a door puts them. */
export interface BlockStore {
  readonly blocks: number
  /** Takes a copy of a block. */
  push(block: RecordedBlock): void
  read(index: number): RecordedBlock
}

/** Blocks that are read and no longer written. */
export type BlockReader = Pick<BlockStore, 'blocks' | 'read'>

export function createBlock(): RecordedBlock {
  return {
    count: 0,
    timesMs: new Float64Array(blockRows),
    objects: new Int32Array(blockRows),
    places: new Uint16Array(blockRows),
  }
}

export function createMemoryStore(): BlockStore {
  const kept: RecordedBlock[] = []
  return {
    get blocks() {
      return kept.length
    },
    push: ({ count, timesMs, objects, places }) => {
      kept.push({
        count,
        timesMs: timesMs.slice(0, count),
        objects: objects.slice(0, count),
        places: places.slice(0, count),
      })
    },
    read: index => kept[index]!,
  }
}

/** Traffic that is a trace once more, a block at a time. Places that the trace does not say are drawn from the weights. */
export function createReplayedTraffic(store: BlockReader, weights: readonly number[], random: Random): Traffic {
  const draws = random.fork('places')
  const table = new AliasTable(weights)
  let next = 0
  let first = 0
  return {
    next(batch: Batch) {
      batch.first = first
      batch.count = 0
      if (next === store.blocks) return false
      const { count, timesMs, objects, places } = store.read(next++)
      batch.count = count
      batch.timesMs.set(timesMs.subarray(0, count))
      batch.objects.set(objects.subarray(0, count))
      for (let row = 0; row < count; row++)
        batch.places[row] = places[row] === noPlace ? table.draw(draws) : places[row]!
      first += count
      return true
    },
  }
}

/** Classes of a trace's objects, and how the paths of each begin: those that must not be stored are the second one. */
export const recordedClasses = ['objects', 'uncacheable'] as const

/** The catalogue of a trace: each object as large as at its first request. */
export function createRecordedCatalog(
  bytesOf: Float64Array,
  classOf: Uint8Array = new Uint8Array(bytesOf.length),
): Catalog {
  return { count: bytesOf.length, bytesOf, classOf, pathOf: id => `/${recordedClasses[classOf[id]!]!}/${id}` }
}

import type { BlockReader, BlockStore, RecordedBlock } from '../traffic/replayed.ts'
import { inSharedMemory } from './shared-memory.ts'
import { openSpillFile, readColumn, writeColumn } from './spill-file.ts'

/** Blocks that stay in memory: about 230 MB of requests. What is more goes to a file. */
export const blocksInMemory = 64
const bytesPerRow = 8 + 4 + 2

/** Blocks as plain data that all threads of a process read: columns in shared memory, then rows in a temporary file. */
export interface SharedBlocks {
  inMemory: readonly RecordedBlock[]
  spilled: readonly { offset: number; count: number }[]
  /** Descriptor of the file, good in all threads. */
  file: number | undefined
}

export interface SpillingStore extends BlockStore {
  /** What lies in the store by now. */
  shared(): SharedBlocks
}

/**
 * A store of blocks that keeps the first ones in memory and the others in a temporary file, so that a trace may be larger than memory.
 */
export function createSpillingStore(inMemory = blocksInMemory): SpillingStore {
  const kept: RecordedBlock[] = []
  const spilled: { offset: number; count: number }[] = []
  let file: number | undefined
  let end = 0
  const shared = (): SharedBlocks => ({ inMemory: kept, spilled, file })
  return {
    get blocks() {
      return kept.length + spilled.length
    },
    push({ count, timesMs, objects, places }) {
      if (kept.length < inMemory) {
        kept.push({
          count,
          timesMs: inSharedMemory(timesMs.subarray(0, count)),
          objects: inSharedMemory(objects.subarray(0, count)),
          places: inSharedMemory(places.subarray(0, count)),
        })
        return
      }
      file ??= openSpillFile()
      spilled.push({ offset: end, count })
      for (const column of [timesMs, objects, places]) {
        const rows = column.subarray(0, count)
        writeColumn(file, rows, end)
        end += rows.byteLength
      }
    },
    read: index => readBlock(shared(), index),
    shared,
  }
}

/** Reads blocks that another thread has stored. */
export function createBlockReader(shared: SharedBlocks): BlockReader {
  return { blocks: shared.inMemory.length + shared.spilled.length, read: index => readBlock(shared, index) }
}

function readBlock({ inMemory, spilled, file }: SharedBlocks, index: number): RecordedBlock {
  if (index < inMemory.length) return inMemory[index]!
  const { offset, count } = spilled[index - inMemory.length]!
  const bytes = new Uint8Array(count * bytesPerRow)
  readColumn(file!, bytes, offset)
  return {
    count,
    timesMs: new Float64Array(bytes.buffer, 0, count),
    objects: new Int32Array(bytes.buffer, 8 * count, count),
    places: new Uint16Array(bytes.buffer, 12 * count, count),
  }
}

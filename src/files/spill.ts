import { type BlockStore, createMemoryStore, type RecordedBlock } from '../traffic/replayed.ts'
import { openSpillFile, readColumn, writeColumn } from './spill-file.ts'

/** Blocks that stay in memory: about 230 MB of requests. What is more goes to a file. */
const blocksInMemory = 64
const bytesPerRow = 8 + 4 + 2

/**
 * A store of blocks that keeps the first ones in memory and the others in a temporary file, so that a trace may be larger than memory.
 */
export function createSpillingStore(inMemory = blocksInMemory): BlockStore {
  const memory = createMemoryStore()
  const spilled: { offset: number; count: number }[] = []
  let file: number | undefined
  let end = 0
  return {
    get blocks() {
      return memory.blocks + spilled.length
    },
    push(block) {
      if (memory.blocks < inMemory) return memory.push(block)
      file ??= openSpillFile()
      const { count } = block
      spilled.push({ offset: end, count })
      for (const column of [block.timesMs, block.objects, block.places]) {
        const rows = column.subarray(0, count)
        writeColumn(file, rows, end)
        end += rows.byteLength
      }
    },
    read(index) {
      if (index < memory.blocks) return memory.read(index)
      const { offset, count } = spilled[index - memory.blocks]!
      const bytes = new Uint8Array(count * bytesPerRow)
      readColumn(file!, bytes, offset)
      const block: RecordedBlock = {
        count,
        timesMs: new Float64Array(bytes.buffer, 0, count),
        objects: new Int32Array(bytes.buffer, 8 * count, count),
        places: new Uint16Array(bytes.buffer, 12 * count, count),
      }
      return block
    },
  }
}

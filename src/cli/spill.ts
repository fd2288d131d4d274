import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BlockStore, createMemoryStore, type RecordedBlock } from '../traffic/replayed.ts'

/** Blocks that stay in memory: about 230 MB of requests. What is more goes to a file. */
const blocksInMemory = 64
const bytesPerRow = 8 + 4 + 2

/**
 * A store of blocks that keeps the first ones in memory and the others in a temporary file, so that a trace may be larger than memory. The file
 * has no name any more once it is open: it is gone with the process, however that ends.
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
      file ??= openNameless()
      const { count } = block
      spilled.push({ offset: end, count })
      for (const column of [block.timesMs, block.objects, block.places]) {
        const bytes = new Uint8Array(column.buffer, column.byteOffset, count * column.BYTES_PER_ELEMENT)
        for (let written = 0; written < bytes.length; )
          written += writeSync(file, bytes, written, bytes.length - written, end + written)
        end += bytes.length
      }
    },
    read(index) {
      if (index < memory.blocks) return memory.read(index)
      const { offset, count } = spilled[index - memory.blocks]!
      const bytes = new Uint8Array(count * bytesPerRow)
      for (let taken = 0; taken < bytes.length; )
        taken += readSync(file!, bytes, taken, bytes.length - taken, offset + taken)
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

function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'cdnlab-'))
  const file = openSync(join(folder, 'requests'), 'w+')
  rmSync(folder, { recursive: true, force: true })
  return file
}

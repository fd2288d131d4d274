import { fillAliasColumns } from '../lib/alias.ts'
import type { Draws } from '../lib/draws.ts'
import type { Random } from '../lib/random.ts'
import { createTakeColumn, type KernelColumn } from './columns.ts'
import { instantiate } from './memory.ts'

interface DrawKernel {
  memory: WebAssembly.Memory
  take(bytes: bigint): number
  drawWeighted(table: number, count: number, out: number, rows: number, state: number): void
  drawExponential(out: number, rows: number, state: number): void
}

/** Rows that are drawn at once: what is drawn stays in the processor's nearest cache until it is copied out. */
const blockRows = 2048

/** Draws by kernels, in an instance of its own of the compiled module: the same as `plainDraws`, to the last bit. */
export function createKernelDraws(module: WebAssembly.Module): Draws {
  const kernel = instantiate(module) as unknown as DrawKernel
  const take = createTakeColumn(kernel.memory, kernel.take)
  const state = take(Int32Array, 4)
  const indices = take(Int32Array, blockRows)
  const numbers = take(Float64Array, blockRows)

  /** Draws block by block with a stream's state in the kernel's memory, and copies each block out. */
  function draw<View extends Int32Array | Float64Array>(
    random: Random,
    block: KernelColumn<View>,
    out: { set(rows: View, at: number): void },
    from: number,
    count: number,
    drawRows: (rows: number) => void,
  ): void {
    random.through(before => {
      state.view.set(before)
      for (let done = 0; done < count; done += blockRows) {
        const rows = Math.min(blockRows, count - done)
        drawRows(rows)
        out.set(block.view.subarray(0, rows) as View, from + done)
      }
      return [...state.view]
    })
  }

  return {
    weighted(weights) {
      const objects = weights.length
      const table = take(Uint32Array, 2 * objects)
      fillAliasColumns(table.view, weights)
      return {
        fill(out, from, count, random) {
          draw(random, indices, out, from, count, rows =>
            kernel.drawWeighted(table.at, objects, indices.at, rows, state.at),
          )
        },
        weigh: changed => fillAliasColumns(table.view, changed),
      }
    },
    exponential: random => (out, count) => {
      draw(random, numbers, out, 0, count, rows => kernel.drawExponential(numbers.at, rows, state.at))
    },
  }
}

import { describe, expect, it } from 'vitest'
import type { CellEnd } from '../../src/sweep/cell-pool.ts'
import { runLocally } from '../../src/sweep/local.ts'

const worker = new URL('./toy-worker.mjs', import.meta.url)

async function run(tasks: { kind: string; value: number }[], options = {}): Promise<CellEnd[]> {
  const ends: CellEnd[] = []
  const cells = tasks.map((task, cell) => ({ cell, key: String(cell), task }))
  await runLocally(cells, {
    worker,
    workers: 2,
    timeoutMs: Number.POSITIVE_INFINITY,
    onEnd: ({ cell }, end) => {
      expect(ends[cell]).toBeUndefined()
      ends[cell] = end
    },
    ...options,
  })
  return ends
}

const double = (value: number) => ({ kind: 'double', value })

describe('local workers', () => {
  it('runs each cell once', async () => {
    const ends = await run(Array.from({ length: 50 }, (_, value) => double(value)))
    expect(ends).toEqual(Array.from({ length: 50 }, (_, value) => ({ outcome: value * 2 })))
  })

  it('charges whatever a worker does to its cell, and the others go on', async () => {
    const kinds = ['throw', 'throw-null', 'exit', 'memory', 'hang']
    const tasks = kinds.flatMap(kind => [double(1), { kind, value: 7 }, double(2)])
    const ends = await run(tasks, { timeoutMs: 3000, heapMiB: 32 })
    const errors = ends.filter((_, index) => index % 3 === 1).map(end => ('error' in end ? end.error : 'none'))
    expect(errors[0]).toBe('cell 7 is broken')
    expect(errors[1]).toMatch(/null/)
    expect(errors[2]).toMatch(/exit/i)
    expect(errors[3]).toMatch(/memory/)
    expect(errors[4]).toBe('not finished after 3000 ms')
    expect(ends.filter((_, index) => index % 3 !== 1).map(end => ('outcome' in end ? end.outcome : end.error))).toEqual(
      kinds.flatMap(() => [2, 4]),
    )
  })
})

import { describe, expect, it } from 'vitest'
import { workersWithin } from '../../src/sweep/memory.ts'
import { mergeParts, type Part } from '../../src/sweep/merge.ts'
import { isInShard, parseShard } from '../../src/sweep/shard.ts'

const outcome = (ratio: number) => ({ metrics: { hit_ratio: ratio }, halfWidths: {}, thresholds: [], notes: [] })
const head = { format: 'cdnlab-journal-1', version: '1', title: '', cells: 3 } as const

function part(folder: string, rows: Part['rows'], scenario = 'a'): Part {
  return { folder, head: { ...head, inputs: { scenario, shard: folder } }, rows }
}
const row = (cell: number, ratio: number) => ({ cell, key: `${cell}`, point: {}, outcome: outcome(ratio) })

describe('shards', () => {
  it('share out every cell once', () => {
    const shards = ['0/3', '1/3', '2/3'].map(parseShard)
    for (let cell = 0; cell < 20; cell++) expect(shards.filter(shard => isInShard(cell, shard))).toHaveLength(1)
  })

  it.each(['', '3/3', '1/0', '-1/2', '1', '1/2/3', '0x1/2'])('refuse "%s"', text => {
    expect(() => parseShard(text)).toThrow(/it is written i\/n/)
  })
})

describe('merge', () => {
  it('prefers a cell that ended well, wherever it was tried again', () => {
    const failed = { cell: 1, key: '1', point: {}, error: 'ran out of memory' }
    const first = part('x', [row(0, 0.1), failed])
    const second = part('y', [row(1, 0.2), row(2, 0.3)])
    const expected = [row(0, 0.1), row(1, 0.2), row(2, 0.3)]
    expect(mergeParts([first, second])).toEqual(expected)
    expect(mergeParts([second, first])).toEqual(expected)
  })

  it('refuses what contradicts itself, lacks cells, or is of another sweep', () => {
    const whole = part('x', [row(0, 0.1), row(1, 0.2), row(2, 0.3)])
    expect(() => mergeParts([whole, part('y', [row(1, 0.9)])])).toThrow('y: cell 1 has other results')
    expect(() => mergeParts([part('x', [row(1, 0.2)])])).toThrow('2 of 3 cells are missing: 0, 2')
    expect(() => mergeParts([whole, part('y', [], 'b')])).toThrow('changed: scenario')
  })
})

describe('memory budget', () => {
  it('starts what fits, and refuses what was asked for and does not', () => {
    const budget = { processors: 8, cellBytes: 2 ** 30, sharedBytes: 0, mostBytes: 4.5 * 2 ** 30 }
    expect(workersWithin({ ...budget, workers: undefined })).toBe(4)
    expect(workersWithin({ ...budget, workers: 2 })).toBe(2)
    expect(() => workersWithin({ ...budget, workers: 5 })).toThrow(
      /5 workers .* need 5.00 GiB, and 4.50 GiB may be used/,
    )
    expect(() => workersWithin({ ...budget, workers: undefined, mostBytes: 2 ** 29 })).toThrow(
      /1 worker of up to 1.00 GiB/,
    )
  })

  it('counts a trace once, however many workers replay it', () => {
    const budget = { processors: 8, cellBytes: 2 ** 30, sharedBytes: 1.5 * 2 ** 30, mostBytes: 4.5 * 2 ** 30 }
    expect(workersWithin({ ...budget, workers: undefined })).toBe(3)
    expect(() => workersWithin({ ...budget, workers: 4 })).toThrow(
      /4 workers of up to 1.00 GiB each and 1.50 GiB of traces for all need 5.50 GiB/,
    )
    expect(() => workersWithin({ ...budget, workers: undefined, mostBytes: 2 ** 30 })).toThrow(/give more/)
  })
})

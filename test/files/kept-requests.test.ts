import { describe, expect, it } from 'vitest'
import {
  createRequestKeeper,
  type KeptRequests,
  keptOf,
  sourceOfKept,
  timesReaderOf,
  withNextUses,
} from '../../src/files/kept-requests.ts'
import { policies } from '../../src/policies/index.ts'
import { runContest } from '../../src/sim/contest.ts'
import { nextUses } from '../../src/sim/next-use.ts'
import { blockRows } from '../../src/traffic/request-source.ts'
import { makeWorkload } from '../../src/traffic/workload.ts'

const trace = makeWorkload(`zipf:alpha=0.7,objects=20000,requests=${2 * blockRows + 777},sizes=lognormal,seed=9`)
const { count, ids, bytes, ...facts } = trace
const timesS = Float64Array.from(ids, (_, row) => row / 3)

type Rows = [Int32Array, Uint32Array, Float64Array]

/** The trace after it was given in pieces to a keeper that has room for so many blocks in memory. */
function keep(blocks: number, piece: number): KeptRequests {
  const keeper = createRequestKeeper({ sizes: true, times: true }, blocks * 4 * blockRows)
  for (let from = 0; from < count; from += piece)
    keeper.take(...([ids, bytes, timesS].map(column => column.subarray(from, from + piece)) as Rows))
  return keeper.keep({ ...facts, requestedBytes: bytes.reduce((sum, size) => sum + size, 0) })
}

function columns(kept: KeptRequests) {
  const source = sourceOfKept(kept)
  const timesOf = timesReaderOf(kept)
  const all = {
    ids: new Int32Array(count),
    bytes: new Uint32Array(count),
    timesS: new Float64Array(count),
    next: new Uint32Array(count),
  }
  for (let index = 0; index < source.blocks; index++) {
    const block = source.block(index)
    all.ids.set(block.ids, index * blockRows)
    all.bytes.set(block.bytes!, index * blockRows)
    all.timesS.set(timesOf(index), index * blockRows)
    all.next.set(source.nextUses(index)!, index * blockRows)
  }
  return all
}

describe('requests that are kept for many runs', () => {
  it('come back from memory and from the file as they were, with their next uses', () => {
    const expected = { ids, bytes, timesS, next: nextUses(ids, count, trace.objects) }
    for (const [blocks, piece] of [
      [100, 1000],
      [1, 8192],
      [0, blockRows + 5],
    ] as const) {
      const kept = keep(blocks, piece)
      expect(kept.file >= 0).toBe(blocks < 100)
      const found = columns(withNextUses(kept, blocks * 4 * blockRows))
      for (const column of ['ids', 'bytes', 'timesS', 'next'] as const)
        expect(Buffer.from(found[column].buffer).equals(Buffer.from(expected[column].slice().buffer))).toBe(true)
    }
  })

  it('are counted alike wherever they lie, from a warm-up on', () => {
    const run = (kept: KeptRequests, policy: string) =>
      runContest({
        trace: sourceOfKept(kept),
        policy: policies.choose(policy),
        admission: null,
        capacity: 3_000_000,
        ignoreSize: false,
        seed: 1,
        warmupRequests: blockRows + 99,
        blocks: 3,
        kernels: null,
      })
    for (const policy of ['lru', 'belady']) expect(run(keep(0, 5000), policy)).toEqual(run(keptOf(trace, true), policy))
    const { requestedBytes } = run(keep(0, 5000), 'lru')
    expect(requestedBytes).toBe(bytes.subarray(blockRows + 99).reduce((sum, size) => sum + size, 0))
  })
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planSweep } from '../../src/cli/sweep-plan.ts'
import { loadPlan } from '../../src/files/load-plan.ts'
import { parseAxis } from '../../src/scenario/grid.ts'
import type { CellTask } from '../../src/sweep/cell-task.ts'
import { runLocally } from '../../src/sweep/local.ts'
import { estimateMemory, estimateTrace } from '../../src/sweep/memory.ts'
import { createTraceSharing } from '../../src/sweep/shared-traces.ts'

const worker = pathToFileURL(join(import.meta.dirname, '..', '..', 'dist', 'quick', 'sweep-worker.cjs'))
let folder = ''
const at = (name: string): string => join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-shared-'))
  const rows = Array.from({ length: 3000 }, (_, row) => `${row / 10},${(row * row) % 97},${500 + (row % 7)}`)
  writeFileSync(at('u.csv'), `time,id,size\n${rows.slice(100).join('\n')}\n`)
  writeFileSync(at('t.csv'), `time,id,size\n${rows.join('\n')}\n`)
  writeFileSync(at('broken.csv'), 'time,id,size\n1,2,x\n')
  writeFileSync(
    at('s.yaml'),
    'visitors: {cities: [London, Paris]}\npops: [{id: a, at: London}, {id: b, at: Paris}]\nedge: {capacity: 20kB}\ntraffic: {trace: t.csv}\nwarmup: none\n',
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

const plan = (...axes: string[]) => planSweep(at('s.yaml'), axes.map(parseAxis), {})

async function outcomes(cells: Awaited<ReturnType<typeof plan>>['cells'], isShared: boolean): Promise<string[]> {
  const share = createTraceSharing()
  const ends: string[] = []
  await runLocally(cells, {
    worker,
    workers: 2,
    timeoutMs: Number.POSITIVE_INFINITY,
    onEnd: ({ cell }, end) => {
      ends[cell] = JSON.stringify(end)
    },
    ...(isShared ? { prepare: task => share(task as CellTask) } : {}),
  })
  return ends
}

describe('traces of a sweep', () => {
  it('are read once for all workers, into memory that they share, and replayed to the same bytes', async () => {
    const { cells } = await plan('edge.policy=lru,fifo', 'traffic.trace=t.csv,u.csv', 'seed=1..2')
    const share = createTraceSharing()
    const [first, second] = [await share(cells[0]!.task), await share(cells[1]!.task)]
    expect(second.shared).toBe(first.shared)
    expect(first.shared!.bytesOf.buffer).toBeInstanceOf(SharedArrayBuffer)
    for (const { timesMs, objects, places } of first.shared!.blocks.inMemory)
      for (const column of [timesMs, objects, places]) expect(column.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(await outcomes(cells, true)).toEqual(await outcomes(cells, false))
  })

  it('are told once for what they lack', async () => {
    const { cells } = await plan('traffic.trace=t.csv,u.csv', 'traffic.requests=3000', 'edge.policy=lru,fifo')
    const told: string[] = []
    const share = createTraceSharing(warnings => told.push(...warnings.map(({ message }) => message)))
    for (const { task } of [...cells, ...cells]) await share(task)
    expect(told.length).toBeGreaterThan(0)
    expect(told).toEqual([...new Set(told)])
    expect(told[0]).toMatch(/^t\.csv: \d+ requests with another size than the first to their object/)
  })

  it('are apart where they are read in another way', async () => {
    const { cells } = await plan('traffic.trace=t.csv,u.csv', 'traffic.requests=100,200', 'edge.policy=lru,fifo')
    const share = createTraceSharing()
    const shared = await Promise.all(cells.map(({ task }) => share(task)))
    expect(new Set(cells.map(({ task }) => task.trace!.reading)).size).toBe(4)
    for (const [cell, { shared: trace }] of shared.entries())
      expect(trace!.requests).toBe(cells[cell]!.point['traffic.requests'] === '100' ? 100 : 200)
  })

  it('that cannot be read are charged to their cells', async () => {
    const { cells } = await plan('traffic.trace=broken.csv,t.csv')
    const [broken, whole] = await outcomes(cells, true)
    expect(broken).toMatch(/broken.csv:2:5/)
    expect(whole).toContain('"outcome"')
  })

  it('take memory once: a cell counts none of it', async () => {
    const { plan: small } = await loadPlan(at('s.yaml'), {})
    const [few, many] = [estimateMemory(small, 8 * 2 ** 21), estimateMemory(small, 8 * 2 ** 24)]
    // More requests than a batch has are only in the trace, but for a policy that looks ahead and what objects take.
    expect(estimateTrace(small, 8 * 2 ** 24)).toBeGreaterThanOrEqual(2 ** 24 * 14)
    expect(many - few).toBeLessThan((2 ** 24 - 2 ** 21) * 14 + (2 ** 24 - 2 ** 21) * 64)
    expect((await plan('seed=1..3')).traceBytes).toBe(
      estimateTrace(small, (await plan('seed=1')).cells[0]!.task.trace!.bytes),
    )
  })
})

describe('prices of a sweep', () => {
  const shipped = readFileSync(join(import.meta.dirname, '..', '..', 'config', 'prices.json'), 'utf8')
  const withFee = (monthlyUsd: number): void => {
    const book = JSON.parse(shipped) as { cdns: { cloudfront: { monthlyUsd: number } } }
    book.cdns.cloudfront.monthlyUsd = monthlyUsd
    writeFileSync(at('prices.json'), JSON.stringify(book))
  }

  it("may come from a file of one's own, whose content belongs to the key of a cell", async () => {
    const scenario = readFileSync(at('s.yaml'), 'utf8').replace('{trace: t.csv}', '{objects: 50, requests: 300}')
    writeFileSync(at('cost.yaml'), `${scenario}cost: {cdn: cloudfront, file: prices.json}\n`)
    const priced = () => planSweep(at('cost.yaml'), [parseAxis('seed=1..2')], {})
    withFee(0)
    const before = await priced()
    const usd = async (cells: typeof before.cells): Promise<number[]> =>
      (await outcomes(cells, false)).map(end => (JSON.parse(end) as Outcome).outcome.metrics.cost_usd!)
    const cheap = await usd(before.cells)
    withFee(70)
    const after = await priced()
    const dear = await usd(after.cells)
    for (const [cell, { key }] of after.cells.entries()) expect(key).not.toBe(before.cells[cell]!.key)
    expect(after.head.inputs.prices).not.toBe(before.head.inputs.prices)
    for (const [cell, cost] of dear.entries()) expect(cost - cheap[cell]!).toBeCloseTo(70, 6)
  })
})

interface Outcome {
  outcome: { metrics: Record<string, number> }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadKernels } from '../../src/files/kernels.ts'
import { loadOptionsOf } from '../../src/files/trace-load.ts'
import { foreseenTrace, runWhileReading } from '../../src/sweep/compare-stream.ts'
import type { CompareTask } from '../../src/sweep/compare-task.ts'
import { type CompareQuestion, compareTraces } from '../../src/sweep/compare-traces.ts'
import { makeWorkload } from '../../src/traffic/workload.ts'

const folder = mkdtempSync(join(tmpdir(), 'cdnlab-stream-'))
afterAll(() => rmSync(folder, { recursive: true }))

const requests = 200_000
const file = writeTrace('whole.oracleGeneral.bin', () => 1)
const kernels = loadKernels(new URL('../../dist/kernels/kernels.wasm', import.meta.url))!

/** A trace of two sizes of objects; `sizeOf` may leave requests out by the size 0. */
function writeTrace(name: string, sizeOf: (row: number) => number): string {
  const { ids } = makeWorkload(`zipf:alpha=0.8,objects=20000,requests=${requests},seed=3`)
  const records = Buffer.alloc(24 * requests)
  for (let row = 0; row < requests; row++) {
    records.writeUInt32LE(row >> 8, 24 * row)
    records.writeBigUInt64LE(BigInt(ids[row]!) * 0x9e3779b97f4an, 24 * row + 4)
    records.writeUInt32LE(sizeOf(row) === 0 ? 0 : 1 + (ids[row]! % 7), 24 * row + 12)
    records.writeBigInt64LE(-1n, 24 * row + 16)
  }
  const path = join(folder, name)
  writeFileSync(path, records)
  return path
}

const question: CompareQuestion = {
  policy: 'lru',
  size: '1000',
  format: 'auto',
  reference: 'lru',
  engine: 'auto',
  warmup: '0',
  blocks: '7',
  reportInterval: '30000',
  sampleRatio: '1',
  seed: '1',
  bound: false,
}

/** The rows without what a clock says. */
async function rowsOf(asked: CompareQuestion) {
  const { rows, traces } = await compareTraces([file], asked)
  return { traces, rows: rows.map(({ nsPerRequest: _ns, requestsPerSecond: _rate, ...row }) => row) }
}

const policies = [
  'fifo',
  'lru',
  'clock',
  'sieve',
  's3-fifo',
  'two-q',
  'slru',
  'arc',
  'lfu',
  'gdsf',
  'w-tinylfu',
  'lirs',
]

describe('a cell that runs while its trace is read', () => {
  it.each(policies)('tells what it would tell of a trace that was read before: %s', async policy => {
    for (const more of [{ ignoreSize: true }, { warmup: '0.3', size: '5000' }]) {
      const asked = { ...question, ...more, policy, reference: policy }
      // A cell of several rounds needs its trace more than once, and so reads it before.
      expect(await rowsOf(asked)).toEqual(await rowsOf({ ...asked, rounds: '2' }))
    }
  })

  const taskOf = (path: string, more: Partial<CompareTask> = {}): CompareTask => ({
    trace: foreseenTrace(path, loadOptionsOf({ format: 'auto' }))!,
    wholeRequests: requests,
    ...{ policy: 'lru', admission: null, capacity: 1000, ignoreSize: true, seed: 1, warmupRequests: 0 },
    ...{ blocks: 1, reportInterval: 0, kernels, rounds: 1 },
    ...more,
  })

  it('knows the requests by the length of the file, and the objects afterwards', async () => {
    const run = await runWhileReading(file, loadOptionsOf({ format: 'auto' }), taskOf(file))
    expect(run?.trace.count).toBe(requests)
    expect(run?.trace.objects).toBeLessThanOrEqual(20_000)
    expect(run?.outcome.blocks[0]?.requests).toBe(requests)
  })

  it('is left to those who read first where rows are left out, the future is needed, or no file tells its length', async () => {
    const load = loadOptionsOf({ format: 'auto' })
    const gaps = writeTrace('gaps.oracleGeneral.bin', row => (row === 77 ? 0 : 1))
    expect(await runWhileReading(gaps, load, taskOf(gaps))).toBeUndefined()
    expect(await runWhileReading(file, load, taskOf(file, { policy: 'belady' }))).toBeUndefined()
    const text = join(folder, 'ids.txt')
    writeFileSync(text, '1\n2\n1\n')
    expect(foreseenTrace(text, load)).toBeUndefined()
    expect(foreseenTrace('zipf:objects=10,requests=100', load)).toBeUndefined()
  })
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadPlan } from '../../src/files/load-plan.ts'
import { openTraceSource } from '../../src/files/trace-source.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-source-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What a run makes of a trace, and what it is told about it. */
async function open(trace: string, more = '') {
  writeFileSync(join(folder, 'trace.csv'), trace)
  const scenario = join(folder, 'scenario.yaml')
  writeFileSync(scenario, `visitors: {cities: [Paris]}\ntraffic: {trace: trace.csv${more}}\n`)
  const { plan, tracePath } = await loadPlan(scenario)
  const told: string[] = []
  const source = await openTraceSource(plan, tracePath!, warnings =>
    told.push(...warnings.map(({ message }) => message)),
  )
  return { source, told }
}

describe('the trace of a run', () => {
  it('takes what is odd by one rule, and counts it', async () => {
    const { source, told } = await open('time,id,size\n1,a,5\n5,b,6\n3,c,7\n4,a,9\n6,d,0\n7,a,5\n')
    expect(source.requests).toBe(5)
    expect(source.durationMs).toBe(6000 + 1000)
    expect([...source.catalog.bytesOf]).toEqual([5, 6, 7])
    expect(told).toEqual([
      'trace.csv: 1 requests of size 0 left out',
      'trace.csv: 2 requests earlier than the one before, taken at its time',
      'trace.csv: 1 requests with another size than the first to their object, which counts',
    ])
  })

  it('has nothing to tell of a sound one', async () => {
    expect((await open('time,id,size\n1,a,5\n2,b,6\n2,a,5\n')).told).toEqual([])
  })

  it('keeps the good rows before a bad one where the scenario is lenient, and says how many', async () => {
    const bad = 'time,id,size\n1,a,5\n2,b,6\n3,c,x\n'
    await expect(open(bad)).rejects.toThrow(/trace.csv:4:5: "x" is no size/)
    const { source, told } = await open(bad, ', lenient: true')
    expect(source.requests).toBe(2)
    expect(told).toEqual([expect.stringMatching(/trace.csv:4:5: .*; kept the 2 requests before it$/)])
  })
})

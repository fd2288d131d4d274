import { describe, expect, it } from 'vitest'
import { runCell } from '../../src/cli/sweep-worker.ts'
import { loadPlan } from '../../src/files/load-plan.ts'
import { createManifest } from '../../src/files/manifest.ts'
import { costText } from '../../src/report/cost.ts'
import { costSection } from '../../src/report/html/cost.ts'
import { sweepCsv } from '../../src/report/sweep-csv.ts'
import { runPlan } from '../../src/sim/run.ts'

const set = ['traffic={objects: 2000, requests: 20000}', 'warmup=none']

async function run(cost: string) {
  const { plan, atlas, file } = await loadPlan('three-pops', { set: [...set, ...(cost ? [`cost=${cost}`] : [])] })
  return runPlan(plan, atlas, { manifest: await createManifest(plan, file, undefined) })
}

describe('money in reports', async () => {
  const priced = await run('cloudfront')

  it('says nothing when nobody asks', async () => {
    const plain = await run('')
    expect([plain.cost, costText(plain, 100), costSection(plain)]).toEqual([undefined, [], ''])
    const { cost_usd, saved_usd, ...headline } = priced.headline
    expect({ ...priced, headline, cost: undefined, manifest: null }).toEqual({
      ...plain,
      cost: undefined,
      manifest: null,
    })
    expect([cost_usd!.value, saved_usd!.value]).toEqual([priced.cost!.withCdnUsd, priced.cost!.savedUsd])
  })

  it('bills what the run counted: every byte that was sent, every request, every fetch', () => {
    const { lines, withoutCdnLines, timesRun } = priced.cost!
    const sum = (list: typeof lines, start: string) =>
      list.filter(({ what }) => what.startsWith(start)).reduce((all, { amount }) => all + amount, 0) / timesRun
    expect(sum(lines, 'CDN egress')).toBeCloseTo(priced.cold.egress_bytes!, -3)
    expect(sum(lines, 'CDN requests')).toBeCloseTo(priced.cold.requests!, 3)
    expect(sum(lines, 'cloud reads')).toBeCloseTo(priced.cold.origin_requests!, 3)
    expect(sum(withoutCdnLines, 'cloud reads')).toBeCloseTo(priced.cold.requests!, 3)
  })

  it('puts money beside time in text and page', () => {
    const text = costText(priced, 100).join('\n')
    expect(text).toMatch(/with the CDN +\$[\d,.]+\n/)
    expect(text).toMatch(/ms of each request's\s+wait/)
    for (const line of costText(priced, 60)) expect(line.length).toBeLessThanOrEqual(64)
    expect(costSection(priced)).toMatch(/<section id="cost".*What it costs.*Where the prices come from/s)
  })

  it('can be a threshold where there are prices, and only there', async () => {
    const thresholds = 'thresholds=["saved_usd > 1e9"]'
    const { plan, atlas, file } = await loadPlan('three-pops', { set: [...set, thresholds, 'cost=bunny'] })
    const result = runPlan(plan, atlas, { manifest: await createManifest(plan, file, undefined) })
    expect(result.thresholds).toMatchObject([{ passed: false, value: result.cost!.savedUsd }])
    await expect(loadPlan('three-pops', { set: [...set, thresholds] })).rejects.toThrow(/unknown metric "saved_usd"/)
  })

  it('goes into the table of a sweep', async () => {
    const cell = (cdn: string) => ({
      text: 'traffic: { objects: 500, requests: 3000 }\npops: three-continents\nwarmup: none\n',
      file: 'x.yaml',
      overrides: [{ key: 'cost', value: cdn }],
      trace: undefined,
      precision: undefined,
    })
    const rows = await Promise.all(
      ['cloudfront', 'bunny'].map(async (cdn, index) => ({
        cell: index,
        key: cdn,
        point: { cost: cdn },
        outcome: await runCell(cell(cdn)),
      })),
    )
    const [head, first, second] = sweepCsv({ title: 'x', rows, isTraced: false })
      .split('\r\n')
      .map(line => line.split(','))
    const column = head!.indexOf('cost_usd')
    expect(Number(first![column])).toBe(rows[0]!.outcome.metrics.cost_usd)
    expect(Number(first![column])).toBeGreaterThan(Number(second![column]))
    await expect(runCell(cell('{cdn: bunny, file: mine.json}'))).rejects.toThrow(/only `run`, `sweep` and `replay`/)
  })

  it('names the nearest CDN and cloud', async () => {
    await expect(run('cloudfrnt')).rejects.toThrow(/no prices of "cloudfrnt" \(did you mean "cloudfront"/)
    await expect(run('{cdn: bunny, cloud: asw}')).rejects.toThrow(
      /cost\.cloud: no prices of "asw" \(did you mean "aws"/,
    )
    await expect(run('{cdn: bunny, file: ../../x.json}')).rejects.toThrow(/outside/)
  })
})

import { describe, expect, it } from 'vitest'
import type { Sweep } from '../../src/report/sweep.ts'
import { sweepCsv } from '../../src/report/sweep-csv.ts'
import { sweepMarkdown } from '../../src/report/sweep-markdown.ts'
import { differencesOf, meanOf, seedGroupsOf } from '../../src/report/sweep-means.ts'
import { adjustByHolm, studentTails } from '../../src/report/sweep-student.ts'

const metrics = (hitRatio: number) => ({ hit_ratio: hitRatio, mean_ms: null })
const outcome = (hitRatio: number) => ({ metrics: metrics(hitRatio), halfWidths: {}, thresholds: [], notes: [] })

/** Policies over seeds 1, 2 and so on. */
function sweepOf(ratios: Record<string, number[]>, isTraced = false): Sweep {
  let cell = 0
  const rows = Object.entries(ratios).flatMap(([policy, values]) =>
    values.map((value, index) => {
      const point = { 'edge.policy': policy, seed: String(index + 1) }
      return { cell: cell++, key: `${cell}`, point, outcome: outcome(value) }
    }),
  )
  return { title: 'Sweep', rows, isTraced }
}

describe('paired differences', () => {
  it('has the tails of printed tables of Student', () => {
    const printed = [[12.706, 1], [4.303, 2], [2.776, 4], [2.262, 9], [2.045, 29], [1.98, 120]] as const // biome-ignore format: a table
    for (const [t, degrees] of printed) {
      expect(studentTails(t, degrees)).toBeCloseTo(0.05, 3)
      expect(studentTails(-t, degrees)).toBe(studentTails(t, degrees))
    }
    expect(studentTails(0, 5)).toBe(1)
    expect(studentTails(1, 1)).toBeCloseTo(0.5, 12)
    expect(studentTails(Number.POSITIVE_INFINITY, 3)).toBe(0)
  })

  it('adjusts as in the worked example: 0.01, 0.04, 0.03, 0.005', () => {
    expect(adjustByHolm([0.01, 0.04, 0.03, 0.005]).map(chance => Number(chance.toFixed(6)))).toEqual([
      0.03, 0.06, 0.06, 0.02,
    ])
    expect(adjustByHolm([0.6, 0.7])).toEqual([1, 1])
  })

  it('shows a small lasting difference that means over seeds would hide', () => {
    const noise = [0.1, 0.5, 0.3, 0.7, 0.2]
    const sweep = sweepOf({
      lru: noise,
      fifo: noise.map((value, index) => value + 0.01 + index * 1e-4),
      lfu: [0.2, 0.4, 0.35, 0.6, 0.3],
    })
    const [fifo, lfu] = differencesOf(sweep, ['hit_ratio'])
    expect(fifo).toMatchObject({ from: 'lru', to: 'fifo', pairs: 5, isShown: true })
    expect(fifo!.difference.value).toBeCloseTo(0.0102, 10)
    // Differences 0.1, -0.1, 0.05, -0.1, 0.1: mean 0.01, deviation 0.102, half width 2.776 * 0.102 / sqrt 5.
    expect(lfu).toMatchObject({ to: 'lfu', isShown: false })
    expect(lfu!.difference.halfWidth).toBeCloseTo(0.1269, 3)
    const text = sweepMarkdown(sweep)
    expect(text).toContain('| edge.policy: fifo - lru | - | Hit ratio | 5 | +1.02 ± 0.02 points | < 0.001 | higher |')
    expect(text).toMatch(/edge.policy: lfu - lru .* no difference shown \|/)
  })

  it('pairs common seeds only, and leaves failed cells and figures of nothing out', () => {
    const sweep = sweepOf({ lru: [0.1, 0.2, 0.3, 0.4], fifo: [0.2, 0.3, 0.4] })
    const rows = sweep.rows.map(row =>
      row.cell === 5 ? { ...row, outcome: undefined, error: 'ran out of memory' } : row,
    )
    const broken = { ...sweep, rows: rows as Sweep['rows'] }
    expect(differencesOf(broken, ['hit_ratio'])[0]!.pairs).toBe(2)
    expect(meanOf(seedGroupsOf(broken)[1]!, 'hit_ratio').value).toBeCloseTo(0.3, 10)
    expect(meanOf(seedGroupsOf(broken)[0]!, 'mean_ms').value).toBeNaN()
  })

  it('makes no interval from the seeds of a trace', () => {
    const text = sweepMarkdown(sweepOf({ lru: [0.1, 0.2], fifo: [0.2, 0.3] }, true))
    expect(text).not.toMatch(/95 %|Differences/)
    expect(text).toContain('one sample')
  })

  it('is inert against hostile values', () => {
    const sweep = sweepOf({ '=cmd|x': [0.1], '<img src=x>': [0.2] })
    expect(sweepCsv(sweep)).toContain("\r\n0,'=cmd|x,1,,0.1,")
    expect(sweepMarkdown(sweep)).toContain('\\<img src=x\\>')
    expect(sweepMarkdown(sweep)).toContain('| =cmd\\|x |')
  })
})

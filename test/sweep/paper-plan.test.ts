import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const text = readFileSync(join(import.meta.dirname, '..', '..', 'config', 'cluster', 'README.md'), 'utf8')
const paper = text.slice(text.indexOf('## On paper'))
const rows = new Map(
  [...paper.matchAll(/^\| ([^|]+) \| ([^|]+) \|/gm)].map(([, name, first]) => [name!, Number.parseFloat(first!)]),
)
const secondColumn = new Map(
  [...paper.matchAll(/^\| ([^|]+) \| [^|]+ \| ([\d.]+) \|/gm)].map(([, name, second]) => [name!, Number(second)]),
)
const constant = (name: string): number => rows.get(name)!
const requests = 1e12
const cores = 320
const hoursOf = (us: number): number => (requests * us) / 1e6 / 3600

describe('the plan on paper', () => {
  it.each([
    ['hits', rows],
    ['misses', secondColumn],
  ] as const)('follows from its constants where all are %s', (kind, column) => {
    const hours = hoursOf(constant(kind))
    expect(column.get('core hours')).toBe(Math.round(hours))
    const rowOf = (start: string): number => [...column].find(([name]) => name.startsWith(start))![1]
    expect(rowOf('hours on 320 cores')).toBeCloseTo(hours / cores, 1)
    expect(rowOf('hours of the largest')).toBeCloseTo((hours * constant('largest')) / 100, 1)
    expect(rowOf('dollars')).toBe(Math.round(hours * 0.05))
  })

  it('follows from them in its sentences', () => {
    const bytes = requests * constant('record')
    const bytesPerSecond = constant('record') / (constant('misses') / 1e6)
    const cache = 40e6 * (constant('held') + constant('known'))
    for (const words of [
      `${(bytes / 1e12).toFixed(1)} TB`,
      `costs ${Math.round((bytes / 1e9) * 0.023)} dollars a month`,
      `takes ${(bytesPerSecond / 1e6).toFixed(1)} MB of it a second; ${cores} cores ${((cores * bytesPerSecond) / 1e9).toFixed(1)} GB`,
      `fills ${(cache / 1e9).toFixed(1)} GB`,
      `${((300 * constant('queue')) / 1000).toFixed(2)} seconds`,
      `${Math.round(hoursOf(constant('shield')))} core hours are ${(hoursOf(constant('shield')) / 24).toFixed(1)} days`,
      `halve the ${((hoursOf(constant('misses')) * constant('largest')) / 100).toFixed(1)} hours`,
    ])
      expect(paper.replaceAll('\n', ' ').replaceAll(/ +/g, ' ')).toContain(words)
    expect(16 * cache).toBeLessThan(128e9)
  })
})

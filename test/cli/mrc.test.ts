import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CompareResult } from '../../src/report/compare.ts'
import type { MrcResult } from '../../src/report/mrc.ts'

const program = join(import.meta.dirname, '../../dist/cli/main.js')
const workload = 'zipf:alpha=0.8,objects=30000,requests=300000,seed=2'

function json<Result>(...words: string[]): Result {
  return JSON.parse(execFileSync('node', [program, ...words, '--json', '--no-progress'], { encoding: 'utf8' }))
}

describe('mrc', () => {
  it('tells what a trace lacks, as compare does', () => {
    const words = ['-', '--format', 'csv']
    const input = 'time,id,size\n0,a,10\n1,b,20\n2,a,11\n3,b,0\n4,b,20\n'
    const notes = {
      'requests of size 0 left out': 1,
      'requests with another size than the first to their object': 1,
    }
    const said = (...more: string[]) => execFileSync('node', [program, ...more, ...words], { encoding: 'utf8', input })
    expect((JSON.parse(said('mrc', '--json')) as MrcResult).notes).toEqual(notes)
    expect((JSON.parse(said('compare', '--json', '--size', '30')) as CompareResult).traces[0]!.notes).toEqual(notes)
    expect(said('mrc')).toContain('-: 1 requests with another size than the first to their object\n')
    expect((JSON.parse(said('mrc', '--json', '--ignore-size')) as MrcResult).notes).toEqual({
      'requests of size 0 left out': 1,
    })
  })

  it("gives LRU's misses of a contest at every size", () => {
    const curve = json<MrcResult>('mrc', workload, '--ignore-size', '--points', '6')
    const { rows } = json<CompareResult>(
      'compare',
      workload,
      '--ignore-size',
      '--no-bound',
      '--policy',
      'lru',
      '--reference',
      'lru',
      '--size',
      curve.sizes.join(','),
    )
    expect(curve.sizes.length).toBeGreaterThanOrEqual(5)
    expect(curve.curves[0]!.missRatios).toEqual(rows.map(({ missRatio }) => missRatio))
  })

  it('comes near from a sample, in one pass and by miniature simulation', () => {
    const words = ['mrc', workload, '--ignore-size', '--points', '8', '--policy', 'lru,sieve']
    const whole = json<MrcResult>(...words)
    const sampled = json<MrcResult>(...words, '--sample-ratio', '0.1')
    expect(sampled.curves.map(({ method }) => method)).toEqual(['SHARDS', 'MiniSim'])
    whole.curves.forEach(({ missRatios }, curve) => {
      const errors = missRatios
        .map((ratio, point) => Math.abs(ratio - sampled.curves[curve]!.missRatios[point]!))
        .filter((_, point) => sampled.sizes[point]! * 0.1 >= 50)
      expect(errors.length).toBeGreaterThanOrEqual(4)
      expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.02)
    })
  })

  it('draws with the seed that was asked for', () => {
    const curve = (seed: string) =>
      json<MrcResult>('mrc', workload, '--ignore-size', '--points', '3', '--policy', 'random', '--seed', seed)
        .curves[0]!.missRatios
    expect(curve('7')).toEqual(curve('7'))
    expect(curve('7')).not.toEqual(curve('8'))
  })

  it.each([
    [[workload, '--sample-ratio', '0'], /--sample-ratio 0/],
    [[workload, '--policy', 'lur'], /unknown policy "lur"/],
    [['nothing.bin'], /there is no such file/],
  ])('refuses %j', (words, message) => {
    const { status, stderr } = spawnSync('node', [program, 'mrc', ...words], { encoding: 'utf8' })
    expect(stderr).toMatch(message)
    expect(status).toBe(2)
  })
})

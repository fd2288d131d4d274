import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerPlace } from '../../src/cli/place-answer.ts'
import { loadAtlas } from '../../src/files/atlas.ts'
import { loadPlan } from '../../src/files/load-plan.ts'
import { plainManifest } from '../../src/files/manifest.ts'
import type { PlaceResult } from '../../src/report/place.ts'
import { runPlan } from '../../src/sim/run.ts'

const scenario = `title: Europe
visitors: { cities: 60, countries: [DE, FR, ES, PL, SE] }
pops: [{ id: fra, at: Frankfurt }]
router: lowest-rtt
traffic: { objects: 20000, requests: 100000, rate: 1000/s }
warmup: none
`
const towns = ['Madrid', 'Warsaw', 'Stockholm', 'Paris', 'Berlin', 'Lyon', 'Barcelona']
let folder = ''
const at = (name: string): string => join(folder, name)

async function place(words: Record<string, unknown>): Promise<PlaceResult> {
  await answerPlace(at('s.yaml'), { candidates: 'cities:50', json: true, progress: false, output: at('o'), ...words })
  return JSON.parse(readFileSync(at('o'), 'utf8')) as PlaceResult
}

async function meanRttOf(...pops: string[]): Promise<number> {
  const list = [`{id: fra, at: Frankfurt}`, ...pops.map((town, index) => `{id: n${index}, at: "${town}"}`)]
  const { plan, atlas } = await loadPlan(at('s.yaml'), { set: [`pops=[${list.join(', ')}]`, 'traffic.requests=60'] })
  const { cities } = runPlan(plan, atlas, { manifest: plainManifest('', 1) })
  const weights = new Map(plan.visitors.places.map(({ name }, index) => [name, plan.visitors.weights[index]!]))
  return cities.reduce((sum, { name, rttMs }) => sum + weights.get(name.replace(/, ..$/, ''))! * rttMs, 0)
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-place-'))
  writeFileSync(at('s.yaml'), scenario)
  writeFileSync(at('towns.txt'), `# candidates\n${towns.join('\n')}\n`)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('cdnlab place', () => {
  it('finds the pair that trying all pairs finds, and its means are those of a run', async () => {
    const { pops, todayMs, boundMs, people } = await place({ add: '2', candidates: at('towns.txt') })
    const cities = loadAtlas().cities
    expect(people).toBeGreaterThan(1e7)
    expect(people).toBeLessThan(cities.reduce((sum, { peopleOnline }) => sum + peopleOnline, 0))
    let best = Number.POSITIVE_INFINITY
    for (const first of towns)
      for (const second of towns) if (first < second) best = Math.min(best, await meanRttOf(first, second))
    expect(todayMs).toBeCloseTo(await meanRttOf(), 6)
    expect(pops[0]!.meanMs).toBeCloseTo(await meanRttOf(pops[0]!.place.name!), 6)
    expect(pops[1]!.meanMs).toBeCloseTo(best, 6)
    expect(boundMs).toBeLessThanOrEqual(best + 1e-9)
  })

  it('shares bytes out by curves that a simulation confirms', async () => {
    const { split } = await place({ add: '2', splitBytes: '400MiB', candidates: at('towns.txt') })
    const { pops, expected, simulated } = split!
    expect(pops).toHaveLength(3)
    const bytes = pops.reduce((sum, pop) => sum + pop.bytes, 0)
    expect(Math.abs(bytes - 400 * 2 ** 20)).toBeLessThan(4)
    expect(expected.split).toBeGreaterThan(expected.even)
    expect(simulated.split.hitRatio).toBeGreaterThan(simulated.even.hitRatio)
    expect(Math.abs(simulated.split.hitRatio - expected.split)).toBeLessThan(0.02)
    expect(simulated.split.meanMs).toBeLessThan(simulated.even.meanMs)
  })

  it('draws a map with the next ones on it', async () => {
    await answerPlace(at('s.yaml'), { candidates: at('towns.txt'), add: '2', output: at('text') })
    const text = readFileSync(at('text'), 'utf8')
    expect(text).toMatch(/^Europe\n1 PoP is on average \d+\.\d\d ms away from [\d,]+ people in 60 cities\. 2 more,/)
    expect(text.match(/[⠀-⣿]+[o12][⠀-⣿]*/g)?.join('')).toMatch(/1|2/)
  })

  it('tells mistakes', async () => {
    await expect(place({ add: '0' })).rejects.toThrow('--add 0: a number from 1 to 100')
    await expect(place({ splitBytes: 'much' })).rejects.toThrow('--split-bytes much is no size')
    await expect(place({ candidates: 'map:azur' })).rejects.toThrow('unknown PoP map "azur"')
    await expect(place({ candidates: at('none') })).rejects.toThrow('cannot be read (ENOENT)')
    writeFileSync(at('bad.txt'), 'Paris\nAtlantis-upon-Sea\n')
    await expect(place({ candidates: at('bad.txt') })).rejects.toThrow('unknown place "Atlantis-upon-Sea"')
    await expect(place({ add: '1', splitBytes: '50B' })).rejects.toThrow('is too little for 2 PoPs')
  })
})

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { distanceKm, fibreMsPerKm } from '../../src/geo/distance.ts'
import { hubPathBetween } from '../../src/geo/hub-path.ts'
import { createRttModel, rttModels } from '../../src/geo/models/index.ts'
import type { Place } from '../../src/geo/place.ts'
import { rttMatrix } from '../../src/geo/rtt.ts'
import { createSites } from '../../src/geo/sites.ts'
import { UserError } from '../../src/lib/user-error.ts'

interface Vector {
  a: string
  b: string
  lat_a: number
  lon_a: number
  lat_b: number
  lon_b: number
  km: number
  hub_path_km: number
  line: number
  power: number
  region_factor: number
  hub_path_line: number
  hub_region_factor: number
}
const vectorsFile = new URL('rtt-vectors.json', import.meta.url)
const { vectors } = JSON.parse(readFileSync(vectorsFile, 'utf8')) as { vectors: Vector[] }
const atlas = loadAtlas()
const endsOf = (vector: Vector): [Place, Place] => [
  { lat: vector.lat_a, lon: vector.lon_a, cc: vector.a.split('/')[1]! },
  { lat: vector.lat_b, lon: vector.lon_b, cc: vector.b.split('/')[1]! },
]

const anywhere = fc.record({
  lat: fc.oneof(fc.double({ min: -90, max: 90, noNaN: true }), fc.constantFrom(-90, 90, 0)),
  lon: fc.oneof(fc.double({ min: -180, max: 180, noNaN: true }), fc.constantFrom(-180, 180, 0)),
})

describe('RTT models against the published vectors', () => {
  it.each(['line', 'power', 'region_factor', 'hub_path_line', 'hub_region_factor'] as const)('%s: 0.01 ms', form => {
    const model = createRttModel(atlas, form.replaceAll('_', '-'))
    const errors = vectors.map(vector => Math.abs(model.rttMs(...endsOf(vector)) - vector[form]))
    expect(vectors).toHaveLength(60)
    expect(Math.max(...errors)).toBeLessThan(0.01)
  })

  it('distance and way along the hubs: 10 m', () => {
    for (const vector of vectors) {
      const [a, b] = endsOf(vector)
      expect(Math.abs(distanceKm(a, b) - vector.km)).toBeLessThan(0.01)
      const wayKm = hubPathBetween(atlas, createSites(atlas, [a]), createSites(atlas, [b]))(0, 0)
      expect(Math.abs(wayKm - vector.hub_path_km)).toBeLessThan(0.01)
    }
  })

  it('needs no country where the nearest city has the right one', () => {
    const model = createRttModel(atlas, 'hub-region-factor')
    for (const vector of vectors) {
      const [a, b] = endsOf(vector)
      const rttMs = model.rttMs({ lat: a.lat, lon: a.lon }, { lat: b.lat, lon: b.lon })
      expect(Math.abs(rttMs - vector.hub_region_factor)).toBeLessThan(0.01)
    }
  })
})

describe('every RTT model', () => {
  it.each(rttModels.names)('%s is finite, symmetric and never faster than light in fibre', name => {
    const models = [createRttModel(atlas, name), createRttModel(atlas, `${name}:sigma=0.25`, 'backbone')]
    fc.assert(
      fc.property(anywhere, anywhere, (a, b) => {
        for (const model of models) {
          const rttMs = model.rttMs(a, b)
          expect(rttMs).toBeGreaterThanOrEqual(fibreMsPerKm * distanceKm(a, b) - 1e-6)
          expect(rttMs).toBeLessThan(5000)
          expect(model.rttMs(b, a)).toBe(rttMs)
        }
      }),
      { numRuns: 60 },
    )
  })

  it.each(rttModels.names)('%s gives the same in a matrix as pair by pair', name => {
    const model = createRttModel(atlas, `${name}:sigma=0.2:seed=7`)
    const from = atlas.cities.slice(0, 7)
    const to = atlas.popMaps.get('world-20')!
    const matrix = rttMatrix(model, from, to)
    expect(Array.from(matrix)).toEqual(from.flatMap(a => to.map(b => model.rttMs(a, b))))
  })

  it("takes the set of its parameters before the caller's", () => {
    const [a, b] = [atlas.cities[0]!, atlas.cities[900]!]
    const publicMs = createRttModel(atlas, 'line').rttMs(a, b)
    expect(createRttModel(atlas, 'line:set=public', 'backbone').rttMs(a, b)).toBe(publicMs)
    expect(createRttModel(atlas, 'line', 'backbone').rttMs(a, b)).toBeLessThan(publicMs)
  })

  it('names what is near a misspelt model or parameter', () => {
    expect(() => createRttModel(atlas, 'hub-region-facto')).toThrow('did you mean "hub-region-factor"?')
    expect(() => createRttModel(atlas, 'line:sigma=-1')).toThrow(UserError)
  })
})

describe('the residual of a pair', () => {
  it('is log-normal with the wanted sigma, and another seed draws another', () => {
    const cities = atlas.cities.slice(0, 60)
    const plain = rttMatrix(createRttModel(atlas, 'line'), cities, cities)
    const logs = (seed: number): number[] => {
      const scattered = rttMatrix(createRttModel(atlas, `line:sigma=0.2:seed=${seed}`), cities, cities)
      return Array.from(scattered, (rttMs, pair) => Math.log(rttMs / plain[pair]!))
    }
    const drawn = logs(1).filter((_, pair) => pair % 60 > Math.floor(pair / 60))
    const mean = drawn.reduce((sum, log) => sum + log, 0) / drawn.length
    const variance = drawn.reduce((sum, log) => sum + (log - mean) ** 2, 0) / drawn.length
    expect(drawn).toHaveLength(1770)
    expect(Math.abs(mean)).toBeLessThan(0.02)
    expect(Math.sqrt(variance)).toBeCloseTo(0.2, 1)
    expect(logs(2)).not.toEqual(logs(1))
  })
})

describe('measured', () => {
  const spec = { name: 'measured', pairs: [{ a: 'Tokyo', b: 'Frankfurt', rttMs: 222 }], otherwise: 'line' }

  it('answers its pairs in both directions and from places near by', () => {
    const model = createRttModel(atlas, spec)
    const nearTokyo = { lat: 35.7, lon: 139.8 }
    const frankfurt = { lat: 50.11, lon: 8.68 }
    expect([model.rttMs(nearTokyo, frankfurt), model.rttMs(frankfurt, nearTokyo)]).toEqual([222, 222])
  })

  it('leaves the rest to the other model, in the wanted set', () => {
    const [a, b] = [atlas.cities[3]!, atlas.cities[70]!]
    expect(createRttModel(atlas, spec, 'backbone').rttMs(a, b)).toBe(
      createRttModel(atlas, 'line', 'backbone').rttMs(a, b),
    )
  })
})

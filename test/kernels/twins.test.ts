import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planKernel } from '../../src/kernels/catalog.ts'
import { createRandom } from '../../src/lib/random.ts'
import { policies } from '../../src/policies/index.ts'
import { libCacheSimSpecs } from '../../src/policies/libcachesim.ts'
import { makeWorkload } from '../../src/traffic/workload.ts'
import { nextUses, type Requests, replay } from '../policies/host.ts'
import { createReferenceTrace } from '../policies/reference-trace.ts'
import { replayKernel } from './kernels.ts'

const trace = createReferenceTrace()

/** Forms beside the defaults and libCacheSim's that a kernel serves. */
const otherForms = [
  'clock:bits=2',
  'clock:bits=7',
  's3-fifo:fillMain=false',
  's3-fifo:small=0.4:ghost=3:threshold=1',
  's3-fifo:threshold=3:ghost=0',
  'two-q:in=0.6:out=4',
  'slru:segments=1',
  'w-tinylfu:window=0.3:protected=0.5',
  'slru:segments=7:libcachesim=true',
]

const hasKernel = (spec: string): boolean => {
  const { definition, params } = policies.choose(spec)
  return planKernel(definition.name, params) !== undefined
}
const specs = [...new Set([...policies.names, ...Object.values(libCacheSimSpecs).map(String), ...otherForms])]
const served = specs.filter(hasKernel)

/** Requests with sizes that may change between requests, are 0 at times, and may be larger than any cache. */
const someRequests: fc.Arbitrary<Requests> = fc
  .record({
    seed: fc.nat(),
    count: fc.integer({ min: 1, max: 1500 }),
    objects: fc.constantFrom(3, 12, 60, 400),
    mostBytes: fc.constantFrom(1, 9, 60),
    steady: fc.boolean(),
  })
  .map(({ seed, count, objects, mostBytes, steady }) => {
    const random = createRandom(seed, 'kernels')
    const ids = Int32Array.from({ length: count }, () => Math.floor(objects * random.unit() ** 3))
    const sizes = ids.map(id => {
      const draw = random.below(1000)
      return draw === 0 ? 0 : 1 + ((steady ? Math.imul(id + 1, 0x9e3779b1) >>> 8 : draw) % mostBytes)
    })
    return { ids, sizes, next: nextUses(ids) }
  })

/** The same without requests of size 0, which readers leave out: an oracle's next use would point to one. */
function withoutEmpty({ ids, sizes }: Requests): Requests {
  const kept = ids.filter((_, index) => sizes[index] !== 0)
  return { ids: kept, sizes: sizes.filter(bytes => bytes !== 0), next: nextUses(kept) }
}

describe.each(served)('the kernel of %s', spec => {
  it('counts what its readable twin counts, whatever the trace, the cache and the pieces', () => {
    const equal = fc.property(
      someRequests,
      fc.constantFrom(0, 1, 2, 3, 5, 10, 24, 50, 100, 199, 1000, 30_000),
      fc.boolean(),
      fc.constantFrom(1, 2, 7, 300),
      (drawn, capacity, unit, cuts) => {
        const asked = spec === 'belady' ? withoutEmpty(drawn) : drawn
        expect(replayKernel(spec, asked, capacity, unit, cuts)).toEqual(replay(spec, asked, capacity, unit))
      },
    )
    fc.assert(equal, { numRuns: 120, seed: 11 })
  })

  it('counts the same on a long trace, where rings turn round', () => {
    for (const [capacity, unit] of [
      [150, true],
      [12_000, true],
      [5e6, false],
    ] as const)
      expect(replayKernel(spec, trace, capacity, unit)).toEqual(replay(spec, trace, capacity, unit))
  })
})

it('the kernel of lru counts what its readable twin counts when its queue was closed up', () => {
  const { ids, bytes } = makeWorkload('zipf:alpha=0.8,objects=40000,requests=2400000,sizes=lognormal,seed=8')
  const long = { ids, sizes: Int32Array.from(bytes, size => Math.min(size, 2 ** 30)), next: new Float64Array(0) }
  for (const [capacity, unit] of [
    [4000, true],
    [2e7, false],
  ] as const)
    expect(replayKernel('lru', long, capacity, unit)).toEqual(replay('lru', long, capacity, unit))
})

it('the kernel of slru counts what its readable twin counts when the lowest of its full segments is empty', () => {
  const few = makeWorkload('zipf:alpha=1,objects=12,requests=20000,seed=5')
  const trace = { ids: few.ids, sizes: Int32Array.from(few.bytes), next: new Float64Array(0) }
  for (const capacity of [1, 2, 3, 4, 5, 6])
    for (const spec of ['slru', 'slru:segments=7', 'slru:libcachesim=true'])
      expect(replayKernel(spec, trace, capacity, true, 5000)).toEqual(replay(spec, trace, capacity, true))
})

describe('published counts', () => {
  const rows = readFileSync(new URL('../policies/reference-counts.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.split(','))
    .filter(([name]) => hasKernel(String(libCacheSimSpecs[name!])) && name !== 'wtinylfu')

  it('are met by every kernel at every size', () => {
    expect(rows.length).toBeGreaterThan(8)
    for (const [name, size, unit, requests, misses, missedBytes] of rows)
      expect({
        name,
        size,
        unit,
        ...replayKernel(libCacheSimSpecs[name!]!, trace, Number(size), unit === 'objects'),
      }).toEqual({
        name,
        size,
        unit,
        requests: Number(requests),
        misses: Number(misses),
        missedBytes: Number(missedBytes),
      })
  })
})

import { describe, expect, it } from 'vitest'
import type { Admission } from '../../src/cache/admission.ts'
import { Cache } from '../../src/cache/cache.ts'
import { Verdict } from '../../src/cache/verdict.ts'
import { createRandom } from '../../src/lib/random.ts'
import type { Spec } from '../../src/lib/registry.ts'
import { bestScaleBytes } from '../../src/policies/admission/adaptsize-model.ts'
import { admissions } from '../../src/policies/admission/index.ts'
import { createPolicy } from './host.ts'

function createAdmission(spec: Spec, capacityBytes: number, seed = 1): Admission {
  const { definition, params } = admissions.choose(spec)
  return definition.create({ capacityBytes, random: createRandom(seed, 'admission') }, params)
}

interface Asked {
  id: number
  bytes: number
}

function misses(spec: Spec | null, trace: readonly Asked[], capacityBytes: number): number {
  const cache = new Cache({
    capacityBytes,
    policy: createPolicy('lru', capacityBytes).policy,
    admission: spec === null ? null : createAdmission(spec, capacityBytes),
  })
  let count = 0
  for (const { id, bytes } of trace) {
    if (cache.look(id, 0) === Verdict.hit) continue
    count++
    cache.store(id, bytes, Number.POSITIVE_INFINITY)
    if (cache.heldBytes > capacityBytes) throw new Error('over the limit')
  }
  return count
}

/** Popular small objects, unpopular large ones, and many that are asked for once. */
function createWebTrace(count: number): Asked[] {
  const random = createRandom(2, 'web')
  return Array.from({ length: count }, (_, index) => {
    const draw = random.unit()
    if (draw < 0.3) return { id: 100_000 + index, bytes: 200 }
    if (draw < 0.4) return { id: 10_000 + random.below(300), bytes: 20_000 }
    return { id: Math.floor(3000 * random.unit() ** 3), bytes: 100 }
  })
}

describe('admission', () => {
  const trace = createWebTrace(60_000)
  const capacity = 60_000

  it('always is the same as none', () => {
    expect(misses('always', trace, capacity)).toBe(misses(null, trace, capacity))
  })

  it('size-limit lets in what is at most so large', () => {
    const admission = createAdmission('size-limit:bytes=1000', capacity)
    expect([admission.admits(1, 1000), admission.admits(1, 1001)]).toEqual([true, false])
    expect(misses('size-limit:bytes=1000', trace, capacity)).toBeLessThan(misses(null, trace, capacity))
  })

  it('probabilistic admits by exp(-size / c)', () => {
    const admission = createAdmission({ name: 'probabilistic', probability: 1, scaleBytes: 1000 }, capacity)
    for (const bytes of [100, 1000, 3000]) {
      let admitted = 0
      for (let draw = 0; draw < 20_000; draw++) if (admission.admits(draw, bytes)) admitted++
      const expected = Math.exp(-bytes / 1000)
      // Four standard errors.
      expect(Math.abs(admitted / 20_000 - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / 20_000))
    }
  })

  it('second-hit refuses the first try and admits the second, until it forgets', () => {
    const admission = createAdmission('second-hit:members=100', capacity)
    expect([admission.admits(5, 1), admission.admits(5, 1), admission.admits(5, 1)]).toEqual([false, true, true])
    for (let id = 1000; id < 1099; id++) admission.admits(id, 1)
    expect(admission.admits(5, 1)).toBe(true)
    for (let id = 2000; id < 2250; id++) admission.admits(id, 1)
    expect(admission.admits(5, 1)).toBe(false)
    expect(misses('second-hit', trace, capacity)).toBeLessThan(misses(null, trace, capacity))
  })

  it('tinylfu admits the popular, and everybody while there is room', () => {
    const admission = createAdmission('tinylfu', 10)
    for (let id = 0; id < 10; id++) {
      for (let time = 0; time < 5; time++) admission.seen(id)
      expect(admission.admits(id, 1)).toBe(true)
      admission.entered(id, 1)
    }
    admission.seen(100)
    expect(admission.admits(100, 1)).toBe(false)
    for (let time = 0; time < 9; time++) admission.seen(100)
    expect(admission.admits(100, 1)).toBe(true)
    admission.left(3)
    expect(admission.admits(200, 1)).toBe(true)
    expect(misses('tinylfu', trace, capacity)).toBeLessThan(misses(null, trace, capacity))
  })

  it('adaptsize keeps large objects out where they cost more hits than they bring', () => {
    expect(misses('adaptsize:interval=5000', trace, capacity)).toBeLessThan(misses(null, trace, capacity))
    expect(bestScaleBytes([{ rate: 5, bytes: 100 }], 1000)).toBe(Number.POSITIVE_INFINITY)
    const mixed = [
      ...Array.from({ length: 1000 }, () => ({ rate: 10, bytes: 100 })),
      ...Array.from({ length: 1000 }, () => ({ rate: 1, bytes: 20_000 })),
    ]
    const scale = bestScaleBytes(mixed, 100_000)
    expect(Math.exp(-100 / scale)).toBeGreaterThan(0.2)
    expect(Math.exp(-20_000 / scale)).toBeLessThan(0.01)
  })

  it('says what it holds in memory', () => {
    for (const name of admissions.names) {
      const admission = createAdmission(name, 1000)
      for (let id = 0; id < 1000; id++) admission.seen(id)
      expect(Number.isFinite(admission.metadataBytes())).toBe(true)
    }
  })
})

import { z } from 'zod'
import { defineAdmission } from '../../cache/admission.ts'
import type { ObjectId } from '../../cache/policy.ts'
import { absent, IdMap } from '../../lib/id-map.ts'
import type { Random } from '../../lib/random.ts'
import { FrequencySketch } from '../../lib/sketch.ts'

const params = z.strictObject({
  sample: z.int().min(1).max(64).default(5).describe('Residents that the newcomer is compared with'),
})

/**
 * TinyLFU before any policy: a sketch counts recent requests, and once the shelf is full a newcomer enters only when it was asked
 * for more often than the weakest of a few residents drawn at random. The paper compares with the policy's own victim, which a
 * policy shows only by giving it up; the drawn sample stands in for it. The policy still chooses who leaves.
 */
export const tinylfu = defineAdmission({
  name: 'tinylfu',
  title: 'TinyLFU: only what is more popular than the weakest of a sample',
  source:
    'G. Einziger, R. Friedman, B. Manes: TinyLFU: a highly efficient cache admission policy, ToS 2017; sample as in Ristretto',
  params,
  create: ({ capacityBytes, random }, { sample }) => {
    const sketch = new FrequencySketch()
    const residents = new Residents(random)
    return {
      seen: id => sketch.add(id),
      admits(id, bytes) {
        if (residents.bytes + bytes <= capacityBytes || residents.count === 0) return true
        const popularity = sketch.estimate(id)
        for (let draw = 0; draw < sample; draw++) if (popularity > sketch.estimate(residents.draw())) return true
        return false
      },
      entered(id, bytes) {
        residents.add(id, bytes)
        sketch.ensure(residents.count)
      },
      left: id => residents.delete(id),
      metadataBytes: () => sketch.bytes + residents.metadataBytes,
    }
  },
})

/** Who is held, so that one of them can be drawn. */
class Residents {
  readonly #random: Random
  readonly #placeOf = new IdMap()
  readonly #ids: ObjectId[] = []
  readonly #bytesOf: number[] = []
  bytes = 0

  constructor(random: Random) {
    this.#random = random
  }

  get count(): number {
    return this.#ids.length
  }

  get metadataBytes(): number {
    return this.#placeOf.bytes + this.#ids.length * (4 + 8)
  }

  draw(): ObjectId {
    return this.#ids[this.#random.below(this.#ids.length)]!
  }

  add(id: ObjectId, bytes: number): void {
    this.#placeOf.set(id, this.#ids.length)
    this.#ids.push(id)
    this.#bytesOf.push(bytes)
    this.bytes += bytes
  }

  delete(id: ObjectId): void {
    const place = this.#placeOf.get(id)
    if (place === absent) return
    this.#placeOf.delete(id)
    this.bytes -= this.#bytesOf[place]!
    const lastId = this.#ids.pop()!
    const lastBytes = this.#bytesOf.pop()!
    if (place === this.#ids.length) return
    this.#ids[place] = lastId
    this.#bytesOf[place] = lastBytes
    this.#placeOf.set(lastId, place)
  }
}

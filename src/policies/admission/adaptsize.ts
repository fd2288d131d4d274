import { z } from 'zod'
import { defineAdmission } from '../../cache/admission.ts'
import type { ObjectId } from '../../cache/policy.ts'
import { type Asked, bestScaleBytes } from './adaptsize-model.ts'

const params = z.strictObject({
  interval: z.int().min(100).default(100_000).describe('Requests between two tunings of c'),
  memory: z.number().min(0).lt(1).default(0.3).describe('Weight of the intervals before the last one in the rates'),
})

/**
 * AdaptSize: lets an object in with the chance exp(-size / c), and tunes c after each interval of requests to the value for which a
 * Markov model of an LRU cache predicts the most hits. Rates of objects are remembered over intervals with a falling weight.
 * Until the first tuning everybody enters.
 */
export const adaptsize = defineAdmission({
  name: 'adaptsize',
  title: 'AdaptSize: by chance, with a size scale tuned by a model',
  source: 'D. S. Berger, R. K. Sitaraman, M. Harchol-Balter: AdaptSize, NSDI 2017, sections 3 and 4',
  params,
  create: ({ capacityBytes, random }, { interval, memory }) => {
    const asked = new Map<ObjectId, Asked>()
    let scaleBytes = Number.POSITIVE_INFINITY
    let requests = 0

    function tune(): void {
      requests = 0
      scaleBytes = bestScaleBytes(asked.values(), capacityBytes)
      for (const [id, object] of asked) {
        object.rate *= memory
        if (object.rate < 0.1) asked.delete(id)
      }
    }

    return {
      seen(id) {
        const object = asked.get(id)
        if (object) object.rate++
        else asked.set(id, { rate: 1, bytes: 0 })
        if (++requests >= interval) tune()
      },
      admits(id, bytes) {
        const object = asked.get(id)
        if (object) object.bytes = bytes
        return random.unit() < Math.exp(-bytes / scaleBytes)
      },
      entered() {},
      left() {},
      // A Map entry and its record, as V8 lays them out.
      metadataBytes: () => asked.size * 80,
    }
  },
})

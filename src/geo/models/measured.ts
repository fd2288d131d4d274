import { z } from 'zod'
import { createRegistry, type Spec } from '../../lib/registry.ts'
import { distanceKm } from '../distance.ts'
import { findPlace } from '../find-place.ts'
import type { Place } from '../place.ts'
import { defineRttModel } from '../rtt.ts'
import { fibre } from './fibre.ts'
import { hubPathLine } from './hub-path-line.ts'
import { hubRegionFactor } from './hub-region-factor.ts'
import { line } from './line.ts'
import { power } from './power.ts'
import { regionFactor } from './region-factor.ts'

/** The models computed from coordinates alone; `measured` falls back to one of them. */
export const computedModels = [hubRegionFactor, hubPathLine, regionFactor, power, line, fibre]
const fallbacks = createRegistry('RTT model', computedModels)

/**
 * A person's own measurements: a place takes the part of the nearest measured end within `withinKm`, and a pair without a
 * measurement is left to another model. Of two measurements of a pair the later one counts.
 */
export const measured = defineRttModel({
  name: 'measured',
  title: 'Your own table of measured pairs, another model for the rest',
  source: 'the scenario',
  params: {
    pairs: z.array(z.strictObject({ a: z.string(), b: z.string(), rttMs: z.number().positive() })).default([]),
    withinKm: z.number().min(0).max(1000).default(50),
    otherwise: z
      .union([z.string(), z.looseObject({ name: z.string() })])
      .default('hub-region-factor')
      .describe('the model for all other pairs'),
  },
  between(atlas, { pairs, withinKm, otherwise, set }) {
    const { definition, params } = fallbacks.choose(otherwise as Spec)
    const fallback = definition.create(atlas, { ...(params as object), set } as never)
    const ends = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))]
    const places = ends.map(text => findPlace(atlas, text))
    const table = new Float64Array(ends.length ** 2).fill(Number.NaN)
    for (const { a, b, rttMs } of pairs) {
      const [row, column] = [ends.indexOf(a), ends.indexOf(b)]
      table[row * ends.length + column] = rttMs
      table[column * ends.length + row] = rttMs
    }

    function endOf(place: Place): number {
      const distances = places.map(end => distanceKm(place, end))
      const nearest = distances.indexOf(Math.min(...distances))
      return nearest >= 0 && distances[nearest]! <= withinKm ? nearest : -1
    }

    return (from, to) => {
      const fromEnds = Int32Array.from(from.places, endOf)
      const toEnds = Int32Array.from(to.places, endOf)
      const otherRtt = fallback.between(from.places, to.places)
      return (i, j) => {
        const [a, b] = [fromEnds[i]!, toEnds[j]!]
        const rttMs = a < 0 || b < 0 ? Number.NaN : table[a * ends.length + b]!
        return Number.isNaN(rttMs) ? otherRtt(i, j) : rttMs
      }
    }
  },
})

import type { Atlas } from './atlas.ts'
import { type UnitVectors, unitVectorsOf, vectorDistanceKm } from './distance.ts'
import type { Place } from './place.ts'

/** Places made ready for many round trips: everything that depends on one end alone is found once. */
export interface Sites extends UnitVectors {
  readonly places: readonly Place[]
  /** Latency region of each place. */
  readonly regions: readonly string[]
  /** Row of each place's region in the table of region factors. */
  readonly regionOf: Uint8Array
  /** The nearest hubs of each place, `hubsEach` in a row, and the length of the way to them in km. */
  readonly hubsEach: number
  readonly hubs: Int32Array
  readonly hubKm: Float64Array
}

/** The latency regions in the order that `Sites.regionOf` counts them. */
export function regionNames(atlas: Atlas): string[] {
  return [...new Set(['', ...atlas.countryRegion.values()])].sort()
}

export function createSites(atlas: Atlas, places: readonly Place[]): Sites {
  const vectors = unitVectorsOf(places)
  const regions = places.map(place => atlas.regionOf(place))
  const names = regionNames(atlas)
  const hubVectors = atlas.hubGraph().vectors
  const hubsEach = Math.min(atlas.rttParameters.nearestHubs, hubVectors.count)
  const hubs = new Int32Array(places.length * hubsEach)
  const hubKm = new Float64Array(places.length * hubsEach)
  for (let place = 0; place < places.length; place++) {
    const first = place * hubsEach
    fillNearestHubs(vectors, place, hubVectors, hubs.subarray(first, first + hubsEach))
    for (let next = first; next < first + hubsEach; next++)
      hubKm[next] = atlas.rttParameters.hubAttachFactor * vectorDistanceKm(vectors, place, hubVectors, hubs[next]!)
  }
  const regionOf = Uint8Array.from(regions, region => names.indexOf(region))
  return { ...vectors, places, regions, regionOf, hubsEach, hubs, hubKm }
}

/** Fills a row with the nearest hubs, nearest first, the lower index first among equals: an insertion into a short list. */
function fillNearestHubs(vectors: UnitVectors, place: number, hubs: UnitVectors, row: Int32Array): void {
  const closeness = new Float64Array(row.length).fill(Number.NEGATIVE_INFINITY)
  for (let hub = 0; hub < hubs.count; hub++) {
    const cosine =
      vectors.x[place]! * hubs.x[hub]! + vectors.y[place]! * hubs.y[hub]! + vectors.z[place]! * hubs.z[hub]!
    let at = row.length
    while (at > 0 && cosine > closeness[at - 1]!) at--
    if (at === row.length) continue
    closeness.copyWithin(at + 1, at, row.length - 1)
    row.copyWithin(at + 1, at, row.length - 1)
    closeness[at] = cosine
    row[at] = hub
  }
}

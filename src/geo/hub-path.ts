import type { Atlas } from './atlas.ts'
import { vectorDistanceKm } from './distance.ts'
import type { Sites } from './sites.ts'

/** Pairs of regions that are one continent of dense networks: near places there reach each other without a hub. */
const neighbours = new Set(['EUE-EUW', 'EUW-EUE'])

/**
 * Length in km of the way that packets take between two places: from one of the nearest hubs of either end along the shortest
 * corridors to one of the other's, or straight for near places of one region. Each end is attached, and the straight way laid,
 * with the factors of the RTT parameters.
 */
export function hubPathBetween(atlas: Atlas, from: Sites, to: Sites): (i: number, j: number) => number {
  const { pathKm, vectors } = atlas.hubGraph()
  const { directEdgeFactor, directEdgeMaxKm } = atlas.rttParameters
  const hubCount = vectors.count
  const each = from.hubsEach
  const [fromHubs, fromKm, toHubs, toKm] = [from.hubs, from.hubKm, to.hubs, to.hubKm]
  const [fromRegions, toRegions] = [from.regions, to.regions]

  return (i, j) => {
    let shortest = Number.POSITIVE_INFINITY
    for (let a = i * each; a < (i + 1) * each; a++) {
      const row = fromHubs[a]! * hubCount
      const startKm = fromKm[a]!
      for (let b = j * each; b < (j + 1) * each; b++) {
        const km = startKm + toKm[b]! + pathKm[row + toHubs[b]!]!
        if (km < shortest) shortest = km
      }
    }
    const [here, there] = [fromRegions[i]!, toRegions[j]!]
    if (here !== there && !neighbours.has(`${here}-${there}`)) return shortest
    const straightKm = vectorDistanceKm(from, i, to, j)
    return straightKm < directEdgeMaxKm ? Math.min(shortest, directEdgeFactor * straightKm) : shortest
  }
}

import { type AccessMix, createAccessMix } from '../geo/access.ts'
import type { Atlas } from '../geo/atlas.ts'
import { distanceMatrixKm } from '../geo/distance.ts'
import { createRttModel } from '../geo/models/index.ts'
import type { Place } from '../geo/place.ts'
import { bytesPerMsOf } from '../geo/request-time.ts'
import { rttMatrix } from '../geo/rtt.ts'
import type { Spec } from '../lib/registry.ts'
import type { Leg } from '../network/wire.ts'
import type { Plan } from './plan.ts'

/** What distance means for a plan: found once, and the same for all replications. */
export interface Geometry {
  places: number
  edges: number
  /** Great circle in km of place p to edge e at p x edges + e. */
  distanceKm: Float64Array
  /** Round trip in ms in the same places, over the public Internet. */
  rttMs: Float64Array
  /** Round trip in ms of each place to the origin, over the public Internet. */
  directRttMs: Float64Array
  /** From each PoP to its parent, and to the origin, over the private network. */
  parentLegs: Leg[]
  originLegs: Leg[]
  /** Of the origins by name, each like `directRttMs` and `originLegs`. */
  named: { directRttMs: Float64Array; legs: Leg[] }[]
  access: AccessMix
}

/** What lies between places and edges: row by row, one row for each place. Whoever asks often may remember what has not changed. */
export interface Pairs {
  distanceKm(places: readonly Place[], edges: readonly Place[]): Float64Array
  /** Round trips by a model of the public Internet. */
  rttMs(model: Spec, places: readonly Place[], edges: readonly Place[]): Float64Array
}

export function createPairs(atlas: Atlas): Pairs {
  return {
    distanceKm: distanceMatrixKm,
    rttMs: (model, places, edges) => rttMatrix(createRttModel(atlas, model, 'public'), places, edges),
  }
}

export function createGeometry(plan: Plan, atlas: Atlas, pairs: Pairs = createPairs(atlas)): Geometry {
  const { pops, origin, visitors, network } = plan
  const edges = pops.filter(({ isEdge }) => isEdge).map(({ place }) => place)
  const publicModel = createRttModel(atlas, network.publicModel, 'public')
  const backbone = createRttModel(atlas, network.backboneModel, 'backbone')
  const places = pops.map(({ place }) => place)
  const betweenPops = backbone.between(places, places)
  const backboneBytesPerMs = bytesPerMsOf(network.backboneMbps)
  const legsTo = ({ place, bandwidthMbps }: Plan['origin']): Leg[] => {
    const rttMs = backbone.between(places, [place])
    const bytesPerMs = Math.min(backboneBytesPerMs, bytesPerMsOf(bandwidthMbps))
    return pops.map((_, pop) => ({ oneWayMs: rttMs(pop, 0) / 2, bytesPerMs }))
  }
  const originLegs = legsTo(origin)
  return {
    places: visitors.places.length,
    edges: edges.length,
    distanceKm: pairs.distanceKm(visitors.places, edges),
    rttMs: pairs.rttMs(network.publicModel, visitors.places, edges),
    directRttMs: rttMatrix(publicModel, visitors.places, [origin.place]),
    parentLegs: pops.map(({ parent }, pop) =>
      parent < 0 ? originLegs[pop]! : { oneWayMs: betweenPops(pop, parent) / 2, bytesPerMs: backboneBytesPerMs },
    ),
    originLegs,
    named: (plan.backends?.origins ?? []).map(each => ({
      directRttMs: rttMatrix(publicModel, visitors.places, [each.place]),
      legs: legsTo(each),
    })),
    access: createAccessMix(atlas.accessProfiles, visitors.access),
  }
}

/** The same for plans of the same geometry, which is worth keeping between the cells of a sweep: what cannot matter is left out. */
export function geometryKey(plan: Plan): string {
  const pops = plan.pops.map(pop => ({ ...pop, capacityBytes: 0, policy: '', admission: '', collapse: false }))
  const elsewhere = { title: '', description: '', seed: 0, replications: 0, router: '', thresholds: [], warmup: '' }
  return JSON.stringify({ ...plan, ...elsewhere, traffic: '', behaviors: [], events: [], pops })
}

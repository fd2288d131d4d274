import type { ApiPlan, BucketPlan, EdgePlan, FunctionPlan, TablePlan } from '../backend/plans.ts'
import type { Place } from '../geo/place.ts'
import type { Ms } from '../lib/clock.ts'
import type { Spec } from '../lib/registry.ts'
import type { UnitPrices } from '../stats/backend-result.ts'
import type { CostPlan } from '../stats/cost.ts'

/**
 * A scenario made concrete: every default filled in, every name looked up, every quantity in its unit, nothing left to read from
 * a file except a trace. It is plain data, so that it can be hashed, sent to a worker and written into a manifest.
 * `scenario/plan-of` makes it from a checked scenario and the atlas; `scenario/world` builds a running world from it.
 */
export interface Plan {
  title: string
  description: string
  seed: number
  replications: number
  /** Edges first, in order of id; then the tiers above them (origin shields). Indices into this list are `pop`. */
  pops: PopPlan[]
  /** The one origin; where there are origins by name, the first of them. */
  origin: OriginPlan
  /** What stands behind and at the edge; null for a scenario of one plain origin. */
  backends: BackendsPlan | null
  router: Spec
  network: NetworkPlan
  visitors: VisitorsPlan
  traffic: TrafficPlan
  /** First match wins; the last one matches everything. */
  behaviors: BehaviorPlan[]
  /** In order of time. */
  events: EventPlan[]
  thresholds: ThresholdPlan[]
  warmup: WarmupPlan
  /** Prices that the figures are told in; not there when nobody asks for money. */
  cost?: CostPlan
}

export interface PopPlan {
  id: string
  place: Place
  capacityBytes: number
  policy: Spec
  admission: Spec
  /** Index of the PoP that is asked on a miss, or -1: the origin. */
  parent: number
  /** True for a PoP that visitors reach; false for one that only other PoPs ask. */
  isEdge: boolean
  /** Collapsed forwarding: a second ask for an object on its way joins the fetch. */
  collapse: boolean
}

export interface OriginPlan {
  place: Place
  /** Time from the last byte of an ask to the first byte of the answer. */
  thinkMs: Ms
  /** Asks that are worked on at once; more of them wait in a queue. Infinity: no limit. */
  concurrency: number
  /** Asks that may wait in the queue; more are refused with 503. */
  queue: number
  bandwidthMbps: number
}

/** The systems behind and at the edge, all by name. */
export interface BackendsPlan {
  origins: NamedOriginPlan[]
  buckets: BucketPlan[]
  tables: TablePlan[]
  functions: FunctionPlan[]
  apis: ApiPlan[]
  hooks: EdgePlan[]
  /** What a behaviour says of them: one for each behaviour, in their order. */
  rules: BackendRule[]
  /** What a unit of what is counted costs; null when nobody asks for money. */
  prices: UnitPrices | null
}

export interface NamedOriginPlan extends OriginPlan {
  name: string
  kind: 'plain' | 'bucket' | 'api'
  /** Index into the buckets or the gateways; -1 for a plain one. */
  target: number
  /** The lifetime that it gives its answers. */
  maxAgeMs: Ms
}

export interface BackendRule {
  /** Index into the origins; -1: the one plain origin. */
  origin: number
  /** Who says how long an object is fresh. */
  ttlFrom: 'behavior' | 'origin'
  /** The query parameters that tell objects apart; null: all of them. */
  queryKey: string[] | null
  /** Index into the hooks, or -1, of each moment: viewer request, origin request, origin response, viewer response. */
  hooks: number[]
}

export interface NetworkPlan {
  /** Visitor to PoP and visitor to origin, over the public Internet. */
  publicModel: Spec
  /** PoP to PoP and PoP to origin, over a private network. */
  backboneModel: Spec
  /** How a visitor's new connection is opened: tls13, tls12, tcp, quic, quic-0rtt. */
  protocol: string
  /** Share of requests that find an open connection. */
  reuse: number
  /** Time of a name look-up, paid on a new connection. */
  dnsMs: Ms
  /** Time a PoP itself needs for an answer. */
  edgeThinkMs: Ms
  /** What a latency runs to: the first byte of the answer, or the last. */
  until: 'first-byte' | 'last-byte'
  backboneMbps: number
  /** After this long a PoP gives up on its upstream and answers 504. */
  timeoutMs: Ms
}

export interface VisitorsPlan {
  /** Where visitors are; a request's `place` is an index into this list. */
  places: Place[]
  /** Weight of each place; they add up to 1. */
  weights: number[]
  /** IANA time zone offset of each place in hours, for the diurnal cycle. */
  utcOffsetHours: number[]
  /** Access profile name to share; shares add up to 1. */
  access: Record<string, number>
  /** 0: the same rate all day; 1: nothing at the lowest hour, twice the mean at the highest. */
  diurnal: number
  /** Hour of the day, in UTC, at which the run begins. */
  startHourUtc: number
}

export interface ClassPlan {
  name: string
  /** Share of the objects that belong to this class. */
  share: number
  sizes: Spec
  /** Path of its objects, with {id} in the place of the number. */
  path: string
  /** How they are asked for; what is no GET is never stored. */
  method: string
}

export type TrafficPlan =
  | {
      kind: 'synthetic'
      objects: number
      popularity: Spec
      arrivals: Spec
      ratePerSecond: number
      /** Whichever comes first ends the run; at least one is finite. */
      requests: number
      durationMs: Ms
      classes: ClassPlan[]
    }
  | { kind: 'trace'; file: string; format: string; columns: Record<string, string>; requests: number; lenient: boolean }

export interface BehaviorPlan {
  /** Names the row in reports: the path pattern or the class. */
  label: string
  /** A path pattern in which `*` stands for anything, or '*' . */
  path: string
  /** A class of objects, or '' for any. */
  className: string
  ttlMs: Ms
  staleWhileRevalidateMs: Ms
  staleIfErrorMs: Ms
  /** Share of the matching objects that must not be stored (0 to 1); which ones is drawn from the seed. */
  uncacheable: number
  /** Share of revalidations that find a changed object (a 200 with a body instead of a 304). */
  changed: number
}

export type EventPlan = { atMs: Ms } & (
  | { type: 'pop-down' | 'pop-up'; pop: number }
  | { type: 'origin-down' | 'origin-up' }
  | { type: 'origin-slow'; factor: number }
  | { type: 'purge'; path: string; soft: boolean }
  | { type: 'flash-crowd'; untilMs: Ms; factor: number; object: number; share: number; place: string }
)

export interface ThresholdPlan {
  /** As written: `hit_ratio > 0.85`. */
  text: string
  metric: string
  operator: '<' | '<=' | '>' | '>='
  value: number
}

export type WarmupPlan =
  | { kind: 'mser5' }
  | { kind: 'none' }
  | { kind: 'share'; share: number }
  | { kind: 'time'; ms: Ms }

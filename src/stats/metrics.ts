import { quantileOf, signedQuantileOf } from '../lib/log-histogram.ts'
import { Fate, fates, type Tally } from './tally.ts'

/** What a metric is made from: the requests of a stretch that is over, and what reached the origin meanwhile. */
export interface Figures {
  tally: Tally
  /** Asks that reached the origin, and bytes of bodies that it sent. */
  origin: { asks: number; bytes: number }
}

export interface Metric {
  id: string
  title: string
  unit: '%' | 'ms' | 'bytes' | 'count' | 'h'
  /** What it is, as a formula. */
  doc: string
  /** NaN where nothing was counted. */
  of(figures: Figures): number
}

/** Latencies of all edges together, added up once for all metrics of a stretch. */
const latencies = new WeakMap<Figures, Float64Array>()

function latencyOf(figures: Figures): Float64Array {
  const known = latencies.get(figures) ?? figures.tally.latencyOfAll()
  latencies.set(figures, known)
  return known
}

const served = ({ tally }: Figures): number => total(tally.requests) - sumOf(tally.requests, Fate.error)
const latency = (figures: Figures, share: number): number => quantileOf(latencyOf(figures), share)
const direct = ({ tally }: Figures, share: number): number => quantileOf(tally.direct, share)
const saved = ({ tally }: Figures, share: number): number => signedQuantileOf(tally.saved, tally.lost, share)

const hitDoc = 'fresh and stale copies served from the shelf'
const savedDoc = 'per request: time without the CDN - time with it, same visitor, object and connection'

/** Every metric of a run, declared once: reports, thresholds and lists are made from this. One line adds one. */
export const metrics: readonly Metric[] = [
  { id: 'requests', title: 'Requests', unit: 'count', doc: 'requests of visitors', of: f => total(f.tally.requests) },
  { id: 'hit_ratio', title: 'Hit ratio', unit: '%', doc: `${hitDoc} / requests`, of: f => hits(f.tally.requests) / total(f.tally.requests) },
  { id: 'byte_hit_ratio', title: 'Byte hit ratio', unit: '%', doc: `bytes of ${hitDoc} / bytes served`, of: f => hits(f.tally.bytes) / total(f.tally.bytes) },
  { id: 'origin_offload', title: 'Origin offload', unit: '%', doc: '1 - asks that reach the origin / requests', of: f => 1 - f.origin.asks / total(f.tally.requests) },
  { id: 'byte_offload', title: 'Origin offload, bytes', unit: '%', doc: '1 - bytes that the origin sends / bytes served', of: f => 1 - f.origin.bytes / total(f.tally.bytes) },
  { id: 'mean_ms', title: 'Latency, mean', unit: 'ms', doc: 'mean time of the requests served', of: f => every(f.tally.sums, 2, 0) / served(f) },
  { id: 'p50_ms', title: 'Latency, p50', unit: 'ms', doc: 'half of the requests served wait less', of: f => latency(f, 0.5) },
  { id: 'p95_ms', title: 'Latency, p95', unit: 'ms', doc: '95 % of the requests served wait less', of: f => latency(f, 0.95) },
  { id: 'p99_ms', title: 'Latency, p99', unit: 'ms', doc: '99 % of the requests served wait less', of: f => latency(f, 0.99) },
  { id: 'direct_mean_ms', title: 'Without CDN, mean', unit: 'ms', doc: 'the same requests straight to the origin, mean', of: f => every(f.tally.sums, 2, 1) / served(f) },
  { id: 'direct_p50_ms', title: 'Without CDN, p50', unit: 'ms', doc: 'the same requests straight to the origin, median', of: f => direct(f, 0.5) },
  { id: 'direct_p95_ms', title: 'Without CDN, p95', unit: 'ms', doc: 'the same requests straight to the origin, 95th percentile', of: f => direct(f, 0.95) },
  { id: 'direct_p99_ms', title: 'Without CDN, p99', unit: 'ms', doc: 'the same requests straight to the origin, 99th percentile', of: f => direct(f, 0.99) },
  { id: 'saved_mean_ms', title: 'Saved, mean', unit: 'ms', doc: `${savedDoc}; mean`, of: f => (every(f.tally.sums, 2, 1) - every(f.tally.sums, 2, 0)) / served(f) },
  { id: 'saved_p50_ms', title: 'Saved, p50', unit: 'ms', doc: `${savedDoc}; median`, of: f => saved(f, 0.5) },
  { id: 'saved_p95_ms', title: 'Saved, p95', unit: 'ms', doc: `${savedDoc}; 95th percentile`, of: f => saved(f, 0.95) },
  { id: 'saved_p99_ms', title: 'Saved, p99', unit: 'ms', doc: `${savedDoc}; 99th percentile`, of: f => saved(f, 0.99) },
  { id: 'saved_total_h', title: 'Waiting saved, total', unit: 'h', doc: `${savedDoc}; sum over the requests served, in hours`, of: f => (every(f.tally.sums, 2, 1) - every(f.tally.sums, 2, 0)) / 3.6e6 },
  { id: 'stale_ratio', title: 'Served stale', unit: '%', doc: 'stale copies served / requests', of: f => sumOf(f.tally.requests, Fate.stale) / total(f.tally.requests) },
  { id: 'join_ratio', title: 'Joined a fetch', unit: '%', doc: 'requests served by a fetch that another had begun / requests', of: f => sumOf(f.tally.requests, Fate.join) / total(f.tally.requests) },
  { id: 'errors', title: 'Errors', unit: 'count', doc: 'requests that got a 5xx', of: f => sumOf(f.tally.requests, Fate.error) },
  { id: 'availability', title: 'Availability', unit: '%', doc: '1 - errors / requests', of: f => served(f) / total(f.tally.requests) },
  { id: 'egress_bytes', title: 'Egress', unit: 'bytes', doc: 'bytes served to visitors', of: f => total(f.tally.bytes) },
  { id: 'origin_requests', title: 'Origin requests', unit: 'count', doc: 'asks that reach the origin', of: f => f.origin.asks },
  { id: 'origin_bytes', title: 'Origin egress', unit: 'bytes', doc: 'bytes of bodies that the origin sends', of: f => f.origin.bytes },
] // biome-ignore format: a metric a line

/** Sum over all edges of what had one fate. */
export function sumOf(cells: Float64Array, fate: Fate): number {
  return every(cells, fates, fate)
}

/** Sum over all edges of what was served from the shelf without waiting. */
export function hits(cells: Float64Array): number {
  return sumOf(cells, Fate.hit) + sumOf(cells, Fate.stale)
}

export function total(cells: Float64Array): number {
  return every(cells, 1, 0)
}

/** Sum of each `stride`-th cell from `first` on. */
function every(cells: Float64Array, stride: number, first: number): number {
  let sum = 0
  for (let cell = first; cell < cells.length; cell += stride) sum += cells[cell]!
  return sum
}

import { kernelPolicy } from '../kernels/world-kernel.ts'
import { admissions } from '../policies/admission/index.ts'
import { policies } from '../policies/index.ts'
import type { Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import type { Catalog } from '../traffic/traffic.ts'

/** A world as kernels know it: what its edges do needs no question to anybody. */
export interface PlainWorld {
  /** Of each edge: the number of its policy in the kernel, and where its counters stop. */
  policies: { policy: number; most: number }[]
  /** Bytes of every object, or undefined where they differ. */
  sameBytes: number | undefined
  placeBits: number
  objectBits: number
}

/** Bytes that an object on a shelf may take in the kernel's memory at most, blocks that were outgrown included. */
const bytesAnObject = 256
const mostBytes = 2 ** 31
/** Bits of a request's row in the kernel, with those of its place and its object. */
const rowBits = 21
const wordBits = 64

/**
 * The plain world of a plan, or null where the readable engine must run: where PoPs share something or fail, where the origin fails or
 * limits its asks, where objects are purged, where a latency runs to the last byte.
 */
export function plainWorldOf(plan: Plan, geometry: Geometry, catalog: Catalog, requests: number): PlainWorld | null {
  const { pops, origin, network, behaviors, events, backends, visitors } = plan
  if (backends !== null || pops.length !== geometry.edges || Number.isFinite(origin.concurrency)) return null
  if (pops.some(({ parent }) => parent >= 0) || events.some(({ type }) => type !== 'flash-crowd')) return null
  if (network.until !== 'first-byte' || behaviors.some(({ ttlMs }) => !(ttlMs >= 0))) return null
  const known = pops.map(({ policy, admission }) => {
    const { definition, params } = policies.choose(policy)
    const isOpen = admissions.choose(admission).definition.name === 'always'
    return isOpen ? kernelPolicy(definition.name, params) : undefined
  })
  const sizes = sizesOf(catalog)
  if (!sizes.areWhole || !isInTime(plan, geometry, sizes.most)) return null
  const held = pops.map(({ capacityBytes }) => Math.min(catalog.count, capacityBytes / Math.max(1, sizes.least)))
  const shelfBytes = bytesAnObject * Math.min(2 * requests, sumOf(held)) + (pops.length * catalog.count) / 8
  const placeBits = bitsOf(visitors.places.length)
  const objectBits = bitsOf(catalog.count)
  if (shelfBytes > mostBytes || rowBits + placeBits + objectBits > wordBits) return null
  const chosen = known.filter(policy => policy !== undefined)
  if (chosen.length < pops.length) return null
  return {
    policies: chosen,
    sameBytes: sizes.least === sizes.most ? sizes.least : undefined,
    placeBits,
    objectBits,
  }
}

/** True where no answer can come after a PoP has given up on it. */
function isInTime({ origin, network }: Plan, { originLegs }: Geometry, bytes: number): boolean {
  return originLegs.every(
    ({ oneWayMs, bytesPerMs }) => 2 * oneWayMs + origin.thinkMs + bytes / bytesPerMs < 0.999 * network.timeoutMs,
  )
}

/** The least and the largest size; sums are exact in any order only where all are whole. */
function sizesOf({ bytesOf, count }: Catalog): { least: number; most: number; areWhole: boolean } {
  let [least, most, areWhole] = [Number.POSITIVE_INFINITY, 0, true]
  for (let id = 0; id < count; id++) {
    const bytes = bytesOf[id]!
    if (bytes < least) least = bytes
    if (bytes > most) most = bytes
    if (!Number.isSafeInteger(bytes)) areWhole = false
  }
  return { least, most, areWhole }
}

/** Bits that hold so many numbers from 0 on. */
function bitsOf(count: number): number {
  return 32 - Math.clz32(Math.max(1, count - 1))
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

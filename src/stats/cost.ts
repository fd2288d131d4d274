import { type CdnPrices, type CloudPrices, type Meter, meterUsd, type PriceBook } from './cost-prices.ts'

/** Which prices a run is told in, ready to be used: plain data of a plan. */
export interface CostPlan {
  cdn: CdnPrices
  cloud: CloudPrices
  /** Whether the cloud lets this CDN fetch without charging its egress. */
  isFetchFree: boolean
  /** Zone of the CDN that each PoP that visitors reach is billed in, in their order. */
  zoneOfEdge: number[]
  /** Zone of the CDN, and of the cloud, that the origin lies in. */
  originZone: number
  cloudZone: number
  /** Date of the price file, and every source of these prices. */
  date: string
  sources: (PriceBook['sources'][string] & { name: string })[]
}

/** What was used in a stretch of time. Bytes are of bodies. */
export interface Usage {
  ms: number
  edges: { requests: number; bytes: number; missedBytes: number }[]
  origin: { asks: number; bytes: number }
  /** All objects of the catalogue. */
  storedBytes: number
  /** What stands behind by name: reads of buckets in the place of asks and requests, and what its services cost in the stretch. */
  behind?: { reads: { withCdn: number; withoutCdn: number }; services: { withCdn: CostLine[]; withoutCdn: CostLine[] } }
}

export interface CostLine {
  what: string
  /** How much of it, for people: bytes, or a number. */
  amount: number
  unit: 'bytes' | 'count'
  usd: number
}

/** A month at the pace of a run, in list prices. */
export interface Cost {
  cdn: string
  cloud: string
  /** The run's stretch was taken this many times to fill the month. */
  timesRun: number
  lines: CostLine[]
  withCdnUsd: number
  withoutCdnLines: CostLine[]
  withoutCdnUsd: number
  savedUsd: number
  date: string
  notes: string[]
  sources: CostPlan['sources']
}

/** What a run with prices adds to its headline, beside the metrics that every run has. */
export const costMetrics = [
  { id: 'cost_usd', title: 'Cost of a month', of: ({ withCdnUsd }: Cost): number => withCdnUsd },
  { id: 'saved_usd', title: 'Saved in a month', of: ({ savedUsd }: Cost): number => savedUsd },
] as const

/** A month of 730 hours, as clouds count it. */
export const monthMs = 730 * 3_600_000

/** What a month at the pace of this usage costs with the CDN, and with everything sent by the cloud itself. */
export function costOf(plan: CostPlan, { ms, edges, origin, storedBytes, behind }: Usage): Cost {
  const times = monthMs / ms
  const { withCdn: services, withoutCdn: servicesWithout } = behind?.services ?? { withCdn: [], withoutCdn: [] }
  const ofMonth = (lines: readonly CostLine[]): CostLine[] =>
    lines.map(line => ({ ...line, amount: line.amount * times, usd: line.usd * times }))
  const month = edges.map(({ requests, bytes, missedBytes }) => ({
    requests: requests * times,
    bytes: bytes * times,
    missedBytes: missedBytes * times,
  }))
  const sum = (of: (edge: (typeof month)[number]) => number): number => month.reduce((all, edge) => all + of(edge), 0)
  const fetched = { bytes: origin.bytes * times }
  const cdnLines = [...deliveryLines(plan, month), ...fillLines(plan, month, fetched.bytes)]
  const lines = withFees(plan, cdnLines)
  const { withCdn: reads, withoutCdn: readsWithout } = behind?.reads ?? {
    withCdn: origin.asks,
    withoutCdn: edges.reduce((all, { requests }) => all + requests, 0),
  }
  const sentBytes = plan.isFetchFree ? 0 : fetched.bytes
  lines.push(...cloudLines(plan, sentBytes, reads * times, storedBytes, 'fetches of the CDN'), ...ofMonth(services))
  const bytes = sum(edge => edge.bytes)
  const withoutCdnLines = [
    ...cloudLines(plan, bytes, readsWithout * times, storedBytes, 'requests of visitors'),
    ...ofMonth(servicesWithout),
  ]
  const withCdnUsd = totalOf(lines)
  const withoutCdnUsd = totalOf(withoutCdnLines)
  return {
    cdn: plan.cdn.title,
    cloud: plan.cloud.title,
    timesRun: times,
    lines: lines.filter(({ amount, usd }) => amount > 0 || usd > 0),
    withCdnUsd,
    withoutCdnLines: withoutCdnLines.filter(({ amount, usd }) => amount > 0 || usd > 0),
    withoutCdnUsd,
    savedUsd: withoutCdnUsd - withCdnUsd,
    date: plan.date,
    notes: [plan.cdn.note, plan.cloud.note].filter(note => note !== ''),
    sources: plan.sources,
  }
}

function totalOf(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0)
}

type Month = readonly { requests: number; bytes: number; missedBytes: number }[]

/** Egress and requests zone by zone. What is free is taken off every zone in proportion. */
function deliveryLines({ cdn, zoneOfEdge }: CostPlan, month: Month): CostLine[] {
  const bytes = new Float64Array(cdn.zones.length)
  const requests = new Float64Array(cdn.zones.length)
  month.forEach((edge, index) => {
    bytes[zoneOfEdge[index]!]! += edge.bytes
    requests[zoneOfEdge[index]!]! += edge.requests
  })
  const paidShare = (column: Float64Array, free: number): number => {
    const all = column.reduce((sum, part) => sum + part, 0)
    return all === 0 ? 0 : Math.max(0, 1 - free / all)
  }
  const paidBytes = paidShare(bytes, cdn.free.bytes)
  const paidRequests = paidShare(requests, cdn.free.requests)
  return cdn.zones.flatMap(({ name, egress, requests: meter }, zone): CostLine[] => [
    {
      what: `CDN egress, ${name}`,
      amount: bytes[zone]!,
      unit: 'bytes',
      usd: meterUsd(egress, bytes[zone]! * paidBytes),
    },
    {
      what: `CDN requests, ${name}`,
      amount: requests[zone]!,
      unit: 'count',
      usd: meterUsd(meter, requests[zone]! * paidRequests),
    },
  ])
}

/** What the CDN takes for fetches: each PoP has the share of them that its misses have. */
function fillLines({ cdn, zoneOfEdge, originZone }: CostPlan, month: Month, fetchedBytes: number): CostLine[] {
  if (cdn.fill === undefined) return []
  const { per, withinUsd, betweenUsd } = cdn.fill
  const missed = month.reduce((sum, { missedBytes }) => sum + missedBytes, 0)
  const near = month.reduce((sum, edge, index) => sum + (zoneOfEdge[index] === originZone ? edge.missedBytes : 0), 0)
  const nearShare = missed === 0 ? 0 : near / missed
  const usd = (fetchedBytes / per) * (nearShare * withinUsd + (1 - nearShare) * betweenUsd)
  return [{ what: 'CDN cache fills', amount: fetchedBytes, unit: 'bytes', usd }]
}

function withFees({ cdn }: CostPlan, used: readonly CostLine[]): CostLine[] {
  const lines = [...used]
  if (cdn.monthlyUsd > 0) lines.push({ what: 'CDN fee of a month', amount: 1, unit: 'count', usd: cdn.monthlyUsd })
  const missing = cdn.minimumUsd - totalOf(lines)
  if (missing > 0) lines.push({ what: 'up to the least bill of a month', amount: 1, unit: 'count', usd: missing })
  return lines
}

function cloudLines(
  { cloud, cloudZone }: CostPlan,
  sentBytes: number,
  reads: number,
  storedBytes: number,
  whose: string,
): CostLine[] {
  const free = (meter: Meter, units: number): Meter => ({ ...meter, free: units })
  const { egress } = cloud.zones[cloudZone]!
  return [
    {
      what: `cloud egress, ${whose}`,
      amount: sentBytes,
      unit: 'bytes',
      usd: meterUsd(free(egress, cloud.free.bytes), sentBytes),
    },
    {
      what: `cloud reads, ${whose}`,
      amount: reads,
      unit: 'count',
      usd: meterUsd(free(cloud.reads, cloud.free.reads), reads),
    },
    {
      what: 'cloud storage',
      amount: storedBytes,
      unit: 'bytes',
      usd: meterUsd(free(cloud.storage, cloud.free.storedBytes), storedBytes),
    },
  ]
}

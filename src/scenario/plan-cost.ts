import type { Atlas } from '../geo/atlas.ts'
import type { Place } from '../geo/place.ts'
import { nameHint } from '../lib/nearest-name.ts'
import { paidServices } from '../stats/backend-prices.ts'
import type { CostPlan } from '../stats/cost.ts'
import { type PriceBook, sourcesNamed, zoneOf } from '../stats/cost-prices.ts'
import type { Findings } from './findings.ts'
import type { PopPlan } from './plan.ts'
import type { Scenario } from './schema.ts'

/** The cloud that objects are stored in when a scenario does not say: the one whose fetches the CDN gets for free, else this. */
const usualCloud = 'aws'

/** The prices that a scenario wants its figures told in, sorted by the zones of its PoPs; undefined where it wants none. */
export function planCost(
  scenario: Scenario,
  prices: PriceBook | null,
  pops: readonly PopPlan[],
  origin: Place,
  atlas: Atlas,
  findings: Findings,
): CostPlan | undefined {
  const { cost } = scenario
  if (cost === undefined) return undefined
  if (prices === null) {
    findings.warn(['cost'], 'no price list is at hand here: the run is told without money')
    return undefined
  }
  const cdn = Object.hasOwn(prices.cdns, cost.cdn) ? prices.cdns[cost.cdn] : undefined
  if (!cdn)
    findings.mistake(['cost', 'cdn'], `no prices of "${cost.cdn}"`, nameHint(cost.cdn, Object.keys(prices.cdns)))
  const cloudName = cost.cloud ?? cdn?.freeFrom[0] ?? usualCloud
  const cloud = Object.hasOwn(prices.clouds, cloudName) ? prices.clouds[cloudName] : undefined
  if (!cloud)
    findings.mistake(['cost', 'cloud'], `no prices of "${cloudName}"`, nameHint(cloudName, Object.keys(prices.clouds)))
  if (!cdn || !cloud) return undefined
  const zoneIn = (zones: Parameters<typeof zoneOf>[0], place: Place): number =>
    zoneOf(zones, place.cc ?? '', atlas.regionOf(place))
  const hasServices = [scenario.functions, scenario.apis, scenario.tables].some(
    section => Object.keys(section).length > 0,
  )
  const zoneOfEdge = pops.filter(({ isEdge }) => isEdge).map(({ place }) => zoneIn(cdn.zones, place))
  const cloudZone = zoneIn(cloud.zones, origin)
  const usedCdn = { ...cdn, zones: cdn.zones.filter((_, zone) => zoneOfEdge.includes(zone)) }
  const usedCloud = { ...cloud, zones: [cloud.zones[cloudZone]] }
  const used = sourcesNamed([
    usedCdn,
    usedCloud,
    ...(hasServices ? paidServices.map(name => prices.serverless[name]) : []),
  ])
  return {
    cdn,
    cloud,
    isFetchFree: cdn.freeFrom.includes(cloudName),
    zoneOfEdge,
    originZone: zoneIn(cdn.zones, origin),
    cloudZone,
    date: prices.date,
    sources: used.map(name => ({ name, ...prices.sources[name]! })),
  }
}

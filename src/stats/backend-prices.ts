import { type MeterKind, meterKinds } from '../backend/account.ts'
import type { UnitPrices } from './backend-result.ts'
import type { Meter, PriceBook } from './cost-prices.ts'

/** Which service of the price file, and which of its meters, a unit of each kind is paid by. */
const paidBy: Partial<Record<MeterKind, readonly [service: string, meter: string]>> = {
  'gateway requests': ['api-gateway-http', 'requests'],
  invocations: ['lambda', 'requests'],
  'GB-seconds': ['lambda', 'gb-seconds'],
  'read units': ['dynamodb-on-demand', 'read-units'],
  'write units': ['dynamodb-on-demand', 'write-units'],
  'hook runs': ['cloudfront-functions', 'requests'],
  'edge invocations': ['lambda-edge', 'requests'],
  'edge GB-seconds': ['lambda-edge', 'gb-seconds'],
}

/** Services of the price file that are used. */
export const paidServices: readonly string[] = [...new Set(Object.values(paidBy).map(([service]) => service))]

/** The cloud whose prices its bucket has. */
const bucketCloud = 'aws'

/** List prices of single units: the first step of each meter, nothing taken off as free. What the file does not price costs nothing here. */
export function unitPricesOf({ serverless, clouds }: PriceBook): UnitPrices {
  const priceOf = (kind: MeterKind): number => {
    if (kind === 'bucket reads') return firstStep(clouds[bucketCloud]?.reads)
    if (kind === 'bucket writes') return firstStep(clouds[bucketCloud]?.writes)
    const [service, meter] = paidBy[kind] ?? []
    return service === undefined ? 0 : firstStep(serverless[service]?.meters[meter!])
  }
  return Object.fromEntries(meterKinds.map(kind => [kind, priceOf(kind)])) as UnitPrices
}

function firstStep(meter: Meter | undefined): number {
  return meter === undefined ? 0 : meter.tiers[0]![1] / meter.per
}

import { z } from 'zod'
import { parseBytes } from '../lib/quantity.ts'
import { UserError } from '../lib/user-error.ts'

// The price file (`config/prices.json`, or one's own): list prices with source, date and how good the source is.

const bytes = z.union([z.string(), z.number()]).transform((written, context): number => {
  const value = parseBytes(written)
  if (value !== undefined) return value
  context.addIssue({ code: 'custom', message: `"${written}" is no size` })
  return z.NEVER
})
const usd = z.number().nonnegative()

/** What so many units cost. `tiers` are steps of a month: up to so many times `per` (null: without end) at so many USD for one `per`. */
const meter = z.strictObject({
  per: bytes,
  tiers: z
    .array(z.tuple([z.number().positive().nullable(), usd]))
    .min(1)
    .refine(tiers => tiers.every(([upTo], step) => (upTo === null) === (step === tiers.length - 1)), {
      error: 'the last step, and only that, goes up to null',
    })
    .refine(tiers => tiers.every(([upTo], step) => step === 0 || upTo === null || upTo > tiers[step - 1]![0]!), {
      error: 'each step goes further than the one before',
    }),
  /** Units that cost nothing, taken off before the first step. */
  free: bytes.default(0),
  source: z.string().optional(),
})

const zoneShape = {
  name: z.string(),
  /** Country codes; these count before `regions`. */
  countries: z.array(z.string().regex(/^[A-Z]{2}$/)).default([]),
  /** Latency regions as in `config/country-regions.csv`. */
  regions: z.array(z.string()).default([]),
  source: z.string(),
  egress: meter,
}

/** One zone has neither countries nor regions: it is for all others. */
const zonesOf = <Zone extends z.ZodType<{ countries: string[]; regions: string[] }>>(zone: Zone) =>
  z.array(zone).refine(zones => zones.filter(isRest).length === 1, {
    error: 'one zone, and only one, has neither countries nor regions: it is for all others',
  })

const cdn = z.strictObject({
  title: z.string(),
  note: z.string(),
  source: z.string(),
  /** USD a month whatever is used. */
  monthlyUsd: usd,
  /** The bill of a month is at least this. */
  minimumUsd: usd.default(0),
  /** Of a month, over all zones. */
  free: z.strictObject({ bytes, requests: z.number().nonnegative() }),
  /** Clouds whose egress costs nothing when this CDN fetches. */
  freeFrom: z.array(z.string()),
  /** What the CDN itself takes for each fetch, where it does. */
  fill: z.strictObject({ per: bytes, withinUsd: usd, betweenUsd: usd, source: z.string() }).optional(),
  zones: zonesOf(z.strictObject({ ...zoneShape, requests: meter })),
})

const cloud = z.strictObject({
  title: z.string(),
  note: z.string(),
  source: z.string(),
  free: z.strictObject({
    bytes,
    storedBytes: bytes.default(0),
    reads: z.number().default(0),
    writes: z.number().default(0),
  }),
  /** Of a month. */
  storage: meter,
  reads: meter,
  writes: meter,
  zones: zonesOf(z.strictObject(zoneShape)),
})

const service = z.strictObject({
  title: z.string(),
  note: z.string(),
  source: z.string(),
  monthlyUsd: usd,
  /** By what is counted: `requests`, `gb-seconds`, `read-units` and the like. */
  meters: z.record(z.string(), meter),
})

const source = z.strictObject({
  url: z.string(),
  date: z.string().regex(/^\d{4}-\d\d-\d\d$/),
  basis: z.enum(['vendor page', 'copy of the vendor page', 'third party', 'from memory', 'own contract']),
  note: z.string().optional(),
})

const book = z.strictObject({
  format: z.literal('cdnlab-prices-1'),
  date: z.string().regex(/^\d{4}-\d\d-\d\d$/),
  currency: z.literal('USD'),
  note: z.string(),
  sources: z.record(z.string(), source),
  cdns: z.record(z.string(), cdn),
  clouds: z.record(z.string(), cloud),
  serverless: z.record(z.string(), service).default({}),
})

export type PriceBook = z.output<typeof book>
export type CdnPrices = z.output<typeof cdn>
export type CloudPrices = z.output<typeof cloud>
export type ServicePrices = z.output<typeof service>
export type Meter = z.output<typeof meter>

/** Reads a price file. Throws UserError with every mistake and its place in the file. */
export function parsePrices(text: string, file: string): PriceBook {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UserError({ message: `no JSON: ${(error as Error).message}`, at: { file } })
  }
  const parsed = book.safeParse(value)
  if (!parsed.success)
    throw new UserError(
      parsed.error.issues.map(({ path, message }) => ({
        message: `${path.map(String).join('.') || 'the file'}: ${message}`,
        at: { file },
      })),
    )
  const unknown = sourcesNamed(parsed.data).filter(name => !Object.hasOwn(parsed.data.sources, name))
  if (unknown.length > 0)
    throw new UserError(unknown.map(name => ({ message: `"${name}" is not among the sources`, at: { file } })))
  return parsed.data
}

/** Every source that a price names, each once. */
export function sourcesNamed(value: unknown): string[] {
  const names = new Set<string>()
  JSON.stringify(value, (key, part: unknown) => {
    if (key === 'source' && typeof part === 'string') names.add(part)
    return key === 'sources' ? undefined : part
  })
  return [...names]
}

/** What so many units of a month cost, in USD. */
export function meterUsd({ per, tiers, free }: Meter, units: number): number {
  const amount = Math.max(0, units - free) / per
  let [total, from] = [0, 0]
  for (const [upTo, each] of tiers) {
    const to = Math.min(amount, upTo ?? Number.POSITIVE_INFINITY)
    if (to > from) total += (to - from) * each
    from = Math.max(from, to)
  }
  return total
}

/** Index of the zone that a place belongs to: by its country, else by its latency region, else the one for all others. */
export function zoneOf(
  zones: readonly { countries: readonly string[]; regions: readonly string[] }[],
  country: string,
  region: string,
): number {
  const byCountry = zones.findIndex(({ countries }) => countries.includes(country))
  if (byCountry >= 0) return byCountry
  const byRegion = zones.findIndex(({ regions }) => regions.includes(region))
  return byRegion >= 0 ? byRegion : zones.findIndex(isRest)
}

function isRest({ countries, regions }: { countries: readonly string[]; regions: readonly string[] }): boolean {
  return countries.length === 0 && regions.length === 0
}

import { metrics } from '../stats/metrics.ts'
import type { RunResult } from '../stats/result.ts'
import { inertCsv } from './inert.ts'

/**
 * One table (RFC 4180) with a row a thing: `kind` says what a row is about (run, pop, country, city), `name` which one, and each
 * metric has a column of its own; cells that do not apply are empty. Ratios are from 0 to 1, times in ms.
 */
export function reportCsv(result: RunResult): string {
  const ids = metrics.map(({ id }) => id)
  const row = (kind: string, name: string, values: Record<string, number | null | undefined>): string =>
    [kind, name, ...ids.map(id => values[id] ?? null)].map(inertCsv).join(',')
  const headline = Object.fromEntries(Object.entries(result.headline).map(([id, { value }]) => [id, value]))
  const visitor = ({ requests, hitRatio, meanMs, directMeanMs, savedMeanMs }: RunResult['countries'][number]) => ({
    requests,
    hit_ratio: hitRatio,
    mean_ms: meanMs,
    direct_mean_ms: directMeanMs,
    saved_mean_ms: savedMeanMs,
  })
  const rows = [
    row('run', result.title, headline),
    ...result.pops.map(pop =>
      row('pop', pop.id, {
        requests: pop.requests,
        hit_ratio: pop.hitRatio,
        byte_hit_ratio: pop.byteHitRatio,
        p50_ms: pop.p50Ms,
        p95_ms: pop.p95Ms,
        p99_ms: pop.p99Ms,
        saved_mean_ms: pop.savedMeanMs,
        errors: pop.errors,
        egress_bytes: pop.bytes,
      }),
    ),
    ...result.countries.map(country => row('country', country.name, visitor(country))),
    ...result.cities.map(city => row('city', `${city.name}, ${city.place.cc ?? ''}`, visitor(city))),
  ]
  return `${['kind', 'name', ...ids].join(',')}\r\n${rows.join('\r\n')}\r\n`
}

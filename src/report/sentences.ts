import { formatDigits } from '../lib/quantity.ts'
import type { RunResult } from '../stats/result.ts'
import { formatCount, formatValue } from './figures.ts'

// What terminal and page say in the same words. Names in it are as they came: whoever shows them makes them harmless.

const reasonTexts: Record<string, string> = {
  cold: 'cold: never asked for at this PoP',
  capacity: 'capacity: had to leave for others',
  expired: 'expired: asked the origin again',
  purge: 'purged',
  join: 'joined a fetch on its way',
  uncacheable: 'must not be stored',
  absent: 'absent: new here, gone or purged',
  error: 'error',
}

/** Why a request was no hit, in words. */
export function reasonText(reason: string): string {
  return reasonTexts[reason] ?? reason
}

/** What the router costs against sending everybody to the fastest PoP. */
export function routingSentence({ routing }: RunResult): string {
  const share = (value: number): string => formatValue(value, '%')
  const { router, onFastestShare, loses25MsShare, loses100MsShare, meanLossMs, nearestByDistance } = routing
  return (
    `The router ${router} sends ${share(onFastestShare)} of the people to their fastest PoP; ${share(loses25MsShare)} lose 25 ms or more a round trip, ` +
    `${share(loses100MsShare)} 100 ms or more, ${formatDigits(meanLossMs)} ms on average. The nearest PoP on the map would be the fastest for ` +
    `${share(nearestByDistance.onFastestShare)} and cost ${share(nearestByDistance.loses25MsShare)} of them 25 ms or more.`
  )
}

/** What was left out as warm-up, and the figures with it and without. */
export function warmSentence({ headline, cold, warmup }: RunResult): string {
  const ratio = (value: number): string => formatValue(value, '%')
  return (
    `Left out as warm-up: ${formatCount(warmup.requests)} requests (${warmup.rule}). Hit ratio without them ${ratio(headline.hit_ratio!.value)}, ` +
    `with them ${ratio(cold.hit_ratio!)}; p95 ${formatDigits(headline.p95_ms!.value)} and ${formatDigits(cold.p95_ms!)} ms.`
  )
}

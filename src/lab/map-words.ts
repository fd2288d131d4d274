import type { Place } from '../geo/place.ts'
import { formatBytes, formatDigits } from '../lib/quantity.ts'
import { formatCount, formatValue } from '../report/figures.ts'
import type { PopRow } from '../stats/result.ts'
import type { LabState } from './store.ts'

/** A PoP in a sentence, for those who don't see the map. */
export function sayPop(id: string, place: Place, row: PopRow | undefined): string {
  const where = place.name && place.name !== id ? `${id}, ${place.name}` : id
  return row
    ? `PoP ${where}: ${formatCount(row.requests)} requests, hit ratio ${formatValue(row.hitRatio, '%')}`
    : `PoP ${where}`
}

/** What the tooltip says of a part of the map: a title and lines. */
export function describe(target: Element, { run, plan }: LabState): string[] | null {
  const result = run?.result
  const cityIndex = target.getAttribute('data-city')
  if (cityIndex !== null && result) {
    const city = result.cities[Number(cityIndex)]
    if (!city) return null
    const better =
      city.fastestPop === null
        ? []
        : [
            `Mis-routed: ${result.pops[city.fastestPop]?.id} would be ${formatDigits(city.rttMs - city.fastestRttMs)} ms nearer`,
          ]
    return [
      `${city.name}${city.place.cc ? `, ${city.place.cc}` : ''}`,
      `${formatDigits(city.meanMs)} ms with the CDN, ${formatDigits(city.directMeanMs)} ms without`,
      `hit ratio ${formatValue(city.hitRatio, '%')}, served by ${result.pops[city.pop]?.id ?? 'nobody'}`,
      ...better,
    ]
  }
  const id = target.closest('[data-pop],[data-shield]')
  if (id) {
    const name = id.getAttribute('data-pop') ?? id.getAttribute('data-shield')!
    const row = result?.pops.find(pop => pop.id === name)
    const place = plan.pops.find(pop => pop.id === name)?.place
    if (!row) return [name, place?.name ?? '']
    return [
      `${name}${place?.name && place.name !== name ? `, ${place.name}` : ''}${row.isEdge ? '' : ' (shield)'}`,
      `${formatCount(row.requests)} requests, hit ratio ${formatValue(row.hitRatio, '%')}`,
      `${formatBytes(row.heldBytes)} of ${formatBytes(row.capacityBytes)} held, ${formatCount(row.evictions)} evictions`,
    ]
  }
  return target.hasAttribute('data-origin') ? ['Origin', plan.origin.place.name ?? ''] : null
}

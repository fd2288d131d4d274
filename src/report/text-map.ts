import type { PopRow, RunResult } from '../stats/result.ts'
import type { Ink } from './ink.ts'
import { createLandMap, type LandMap } from './land-map.ts'

/**
 * The world with a mark for each PoP that visitors reach: its colour is the hit ratio, or without colours its digit is (7 for 70 to
 * 79 %). `land` is the text of the Braille map, drawn smaller in a narrow terminal; where several PoPs fall on one letter the one
 * with most requests is shown. Nothing without land, or where there is no room.
 */
export function worldMap(
  { pops }: Pick<RunResult, 'pops'>,
  land: string,
  width: number,
  ink: Ink,
  hasColor: boolean,
): string[] {
  const map = createLandMap(land, width)
  if (!map) return []
  const shown = busiest(pops, map)
  const ratios = [...shown.values()].map(({ hitRatio }) => hitRatio)
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)]
  const sign = (ratio: number): string =>
    hasColor ? ink.scale(most > least ? (ratio - least) / (most - least) : 1, '●') : digitOf(ratio)
  const lines = map.lines(new Map([...shown].map(([cell, { hitRatio }]) => [cell, sign(hitRatio)])), ink)
  if (ratios.length === 0) return lines
  if (!hasColor) return [...lines, '  digits: hit ratio in tens of %, 7 is 70 to 79 %']
  const steps = [0, 0.25, 0.5, 0.75, 1].map(share => sign(least + share * (most - least))).join('')
  const percent = (ratio: number): string => `${(100 * ratio).toFixed(0)} %`
  return [...lines, `  ${ink.faint('hit ratio')} ${percent(least)} ${steps} ${percent(most)}`]
}

function digitOf(ratio: number): string {
  return String(Math.max(0, Math.min(9, Math.floor(10 * ratio))))
}

/** The busiest PoP of each letter of the map. */
function busiest(pops: readonly PopRow[], map: LandMap): Map<number, PopRow> {
  const shown = new Map<number, PopRow>()
  for (const pop of pops.filter(({ isEdge, requests }) => isEdge && requests > 0)) {
    const cell = map.cellOf(pop.place)
    const other = shown.get(cell)
    if (!other || other.requests < pop.requests) shown.set(cell, pop)
  }
  return shown
}

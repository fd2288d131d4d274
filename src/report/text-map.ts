import type { PopRow, RunResult } from '../stats/result.ts'
import type { Ink } from './ink.ts'

/** The world in Braille: 100 letters by 21, longitude -180 to 180, latitude 78 to -57. */
const columns = 100
const rows = 21
const north = 78
const south = -57

/** Signs of PoPs by hit ratio, for terminals without colours. */
const signs = '·░▒▓█'

/**
 * The world with a mark for each PoP that visitors reach, by its hit ratio. `land` is the text of the Braille map; where several
 * PoPs fall on one letter the one with most requests is shown. Nothing where the terminal is too narrow.
 */
export function worldMap({ pops }: RunResult, land: string, width: number, ink: Ink, hasColor: boolean): string[] {
  if (width < columns + 2) return []
  const marks = new Map<number, PopRow>()
  for (const pop of pops.filter(({ isEdge, requests }) => isEdge && requests > 0)) {
    const column = Math.min(columns - 1, Math.floor(((pop.place.lon + 180) / 360) * columns))
    const row = Math.max(0, Math.min(rows - 1, Math.floor(((north - pop.place.lat) / (north - south)) * rows)))
    const cell = row * columns + column
    const other = marks.get(cell)
    if (!other || other.requests < pop.requests) marks.set(cell, pop)
  }
  const ratios = [...marks.values()].map(({ hitRatio }) => hitRatio)
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)]
  const shareOf = ({ hitRatio }: PopRow): number => (most > least ? (hitRatio - least) / (most - least) : 1)
  const lines = land
    .split('\n')
    .filter(line => line !== '')
    .slice(0, rows)
    .map((line, row) => {
      let text = ''
      let plain = ''
      for (const [column, letter] of [...line].entries()) {
        const pop = marks.get(row * columns + column)
        if (!pop) {
          plain += letter
          continue
        }
        text += ink.faint(plain)
        plain = ''
        const share = shareOf(pop)
        text += hasColor ? ink.scale(share, '●') : signs[Math.round(share * (signs.length - 1))]!
      }
      return `  ${text}${plain === '' ? '' : ink.faint(plain)}`
    })
  if (ratios.length === 0) return lines
  const steps = [0, 0.25, 0.5, 0.75, 1].map(share => (hasColor ? ink.scale(share, '●') : signs[Math.round(share * 4)]))
  const percent = (ratio: number): string => `${(100 * ratio).toFixed(0)} %`
  return [...lines, `  ${ink.faint('hit ratio')} ${percent(least)} ${steps.join('')} ${percent(most)}`]
}

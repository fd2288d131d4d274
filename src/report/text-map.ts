import type { PopRow, RunResult } from '../stats/result.ts'
import type { Ink } from './ink.ts'

/** The world in Braille as `config/` has it: 100 letters by 21, longitude -180 to 180, latitude 78 to -57. */
const landColumns = 100
const landRows = 21
const north = 78
const south = -57
/** A Braille letter is two dots wide and four high; bit of a dot by its column and row. Source: Unicode, Braille Patterns. */
const dotsWide = 2
const dotsHigh = 4
const dotBits = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80]
const firstBraille = 0x2800

/** The narrowest map on which continents can still be told. */
const fewestColumns = 56

/**
 * The world with a mark for each PoP that visitors reach: its colour is the hit ratio, or without colours its digit is (7 for 70 to
 * 79 %). `land` is the text of the Braille map, drawn smaller in a narrow terminal; where several PoPs fall on one letter the one
 * with most requests is shown. Nothing without land, or where there is no room.
 */
export function worldMap({ pops }: RunResult, land: string, width: number, ink: Ink, hasColor: boolean): string[] {
  const columns = Math.min(landColumns, width - 4)
  if (land === '' || columns < fewestColumns) return []
  const rows = Math.round((columns * landRows) / landColumns)
  const marks = marksOf(pops, columns, rows)
  const ratios = [...marks.values()].map(({ hitRatio }) => hitRatio)
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)]
  const sign = (ratio: number): string =>
    hasColor ? ink.scale(most > least ? (ratio - least) / (most - least) : 1, '●') : digitOf(ratio)
  const lines = resize(land, columns, rows).map((line, row) => {
    let text = ''
    let plain = ''
    for (const [column, letter] of [...line].entries()) {
      const pop = marks.get(row * columns + column)
      if (!pop) {
        plain += letter
        continue
      }
      text += plain === '' ? '' : ink.faint(plain)
      plain = ''
      text += sign(pop.hitRatio)
    }
    return `  ${text}${plain === '' ? '' : ink.faint(plain)}`
  })
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
function marksOf(pops: readonly PopRow[], columns: number, rows: number): Map<number, PopRow> {
  const marks = new Map<number, PopRow>()
  for (const pop of pops.filter(({ isEdge, requests }) => isEdge && requests > 0)) {
    const column = Math.min(columns - 1, Math.floor(((pop.place.lon + 180) / 360) * columns))
    const row = Math.max(0, Math.min(rows - 1, Math.floor(((north - pop.place.lat) / (north - south)) * rows)))
    const cell = row * columns + column
    const other = marks.get(cell)
    if (!other || other.requests < pop.requests) marks.set(cell, pop)
  }
  return marks
}

/** The land with fewer letters: each dot is the nearest one of the large map. */
function resize(land: string, columns: number, rows: number): string[] {
  const lines = land.split('\n').filter(line => line !== '')
  if (columns === landColumns) return lines.slice(0, landRows)
  const codes = lines.map(line => [...line].map(letter => letter.codePointAt(0)! - firstBraille))
  const isLand = (x: number, y: number): boolean => {
    const code = codes[Math.floor(y / dotsHigh)]?.[Math.floor(x / dotsWide)] ?? 0
    return (code & dotBits[(x % dotsWide) * dotsHigh + (y % dotsHigh)]!) !== 0
  }
  const scale = (dot: number, from: number, to: number): number => Math.floor(((dot + 0.5) * from) / to)
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => {
      let code = firstBraille
      for (let dot = 0; dot < dotBits.length; dot++) {
        const x = scale(column * dotsWide + Math.floor(dot / dotsHigh), landColumns, columns)
        const y = scale(row * dotsHigh + (dot % dotsHigh), landRows, rows)
        if (isLand(x, y)) code += dotBits[dot]!
      }
      return String.fromCodePoint(code)
    }).join(''),
  )
}

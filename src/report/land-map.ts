import type { Place } from '../geo/place.ts'
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

/** A map of the world in letters, so many wide. */
export interface LandMap {
  /** Number of the letter that a place falls on. */
  cellOf(place: Place): number
  /** Its lines, with a mark in the place of some letters. */
  lines(marks: ReadonlyMap<number, string>, ink: Ink): string[]
}

/** The map for a terminal: `land` is its Braille text, drawn smaller in a narrow one. Undefined without land, or where there is no room. */
export function createLandMap(land: string, width: number): LandMap | undefined {
  const columns = Math.min(landColumns, width - 4)
  if (land === '' || columns < fewestColumns) return undefined
  const rows = Math.round((columns * landRows) / landColumns)
  return {
    cellOf({ lat, lon }) {
      const column = Math.min(columns - 1, Math.floor(((lon + 180) / 360) * columns))
      const row = Math.max(0, Math.min(rows - 1, Math.floor(((north - lat) / (north - south)) * rows)))
      return row * columns + column
    },
    lines: (marks, ink) =>
      resize(land, columns, rows).map((line, row) => {
        let text = ''
        let plain = ''
        for (const [column, letter] of [...line].entries()) {
          const mark = marks.get(row * columns + column)
          if (mark === undefined) {
            plain += letter
            continue
          }
          text += plain === '' ? '' : ink.faint(plain)
          plain = ''
          text += mark
        }
        return `  ${text}${plain === '' ? '' : ink.faint(plain)}`
      }),
  }
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

import type { Mistake } from '../lib/user-error.ts'
import { coordinateFault } from './coordinates.ts'
import type { Place } from './place.ts'

/** What one line of a file of pairs says: `last` is the measured round trip in a file that has one. */
export interface Pair {
  a: Place
  b: Place
  line: number
  rttMs: number
}

/** A file of pairs is `latA,lonA,latB,lonB[,ccA,ccB]`, or with a measured round trip `latA,lonA,latB,lonB,rttMs`. */
export type PairKind = 'places' | 'measured'

/** Reads the lines of one file of pairs, in order. */
export interface PairReader {
  /** The pair of the next line; undefined for a line that holds none: empty, a comment, the header, or a mistake. */
  read(line: string): Pair | undefined
  /** The mistakes so far, at most `mistakeLimit` of them; `mistakeCount` counts all. */
  readonly mistakes: readonly Mistake[]
  readonly mistakeCount: number
}

/** So many mistakes are told one by one; of a wrong file each line is one. */
export const mistakeLimit = 20

/**
 * A reader that tolerates spaces, CRLF, a byte order mark, empty lines, lines that begin with `#`, and a header as the first
 * line. Anything else that is no pair is a mistake with its line and column.
 */
export function createPairReader(file: string, kind: PairKind): PairReader {
  const mistakes: Mistake[] = []
  let mistakeCount = 0
  let lineNumber = 0
  let isFirst = true

  function fail(column: number, message: string): undefined {
    mistakeCount++
    if (mistakes.length < mistakeLimit) mistakes.push({ message, at: { file, line: lineNumber, column } })
    return undefined
  }

  function read(text: string): Pair | undefined {
    lineNumber++
    const line = lineNumber === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) return undefined
    const cells = line.split(',')
    const isHeader = isFirst && cells.length >= 4 && cells.slice(0, 4).every(looksLikeName)
    isFirst = false
    if (isHeader) return undefined
    const isRightLength = kind === 'measured' ? cells.length === 5 : cells.length === 4 || cells.length === 6
    if (!isRightLength) {
      const expected = kind === 'measured' ? 'latA,lonA,latB,lonB,rttMs' : 'latA,lonA,latB,lonB[,ccA,ccB]'
      return fail(1, `"${expected}" expected, ${cells.length} cells found in ${shown(trimmed)}`)
    }
    return parsePair(cells)
  }

  function parsePair(cells: string[]): Pair | undefined {
    const countBefore = mistakeCount
    for (const cell of [0, 2]) {
      const fault = coordinateFault(cells[cell]!, cells[cell + 1]!)
      if (fault) fail(columnOf(cells, fault.startsWith('longitude') ? cell + 1 : cell), fault)
    }
    const a: Place = { lat: Number(cells[0]), lon: Number(cells[1]) }
    const b: Place = { lat: Number(cells[2]), lon: Number(cells[3]) }
    let rttMs = Number.NaN
    if (kind === 'measured') {
      rttMs = cells[4]!.trim() === '' ? Number.NaN : Number(cells[4])
      if (!(rttMs >= 0 && rttMs < Number.POSITIVE_INFINITY))
        fail(columnOf(cells, 4), `round trip ${shown(cells[4]!.trim())} is not a number of ms`)
    } else if (cells.length === 6) {
      for (const [cell, place] of [
        [4, a],
        [5, b],
      ] as const) {
        const cc = cells[cell]!.trim()
        if (/^[A-Za-z]{2}$/.test(cc)) place.cc = cc.toUpperCase()
        else if (cc !== '') fail(columnOf(cells, cell), `country ${shown(cc)} is not a code of two letters`)
      }
    }
    return mistakeCount === countBefore ? { a, b, line: lineNumber, rttMs } : undefined
  }

  return {
    read,
    mistakes,
    get mistakeCount() {
      return mistakeCount
    },
  }
}

function looksLikeName(cell: string): boolean {
  const name = cell.trim()
  return /^"?[A-Za-z_]/.test(name) && !/^(?:nan|inf|infinity)$/i.test(name)
}

/** The column, from 1, at which the text of a cell begins. */
function columnOf(cells: readonly string[], cell: number): number {
  const before = cells.slice(0, cell).reduce((sum, text) => sum + text.length + 1, 0)
  return before + 1 + (cells[cell]!.length - cells[cell]!.trimStart().length)
}

/** A text of unknown origin in quotes: cut, and its control characters written out. */
function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text)
}

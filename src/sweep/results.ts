import { existsSync, readFileSync } from 'node:fs'
import { UserError } from '../lib/user-error.ts'
import type { CellOutcome, SweepRow } from '../report/sweep.ts'
import type { JournalEntry } from './journal.ts'

/** The row of a finished cell. */
export function rowOf({ cell, key, outcome, error }: JournalEntry, point: Record<string, string>): SweepRow {
  return error === undefined ? { cell, key, point, outcome: outcome as CellOutcome } : { cell, key, point, error }
}

/** Rows as JSON lines, one a cell. The same rows give the same bytes. */
export function resultLines(rows: readonly SweepRow[]): string {
  return rows.map(row => `${JSON.stringify(row)}\n`).join('')
}

/** Reads the results of a finished sweep. Throws UserError. */
export function readResults(path: string): SweepRow[] {
  if (!existsSync(path))
    throw new UserError({ message: `${path}: there are no results`, hint: 'finish that sweep with --resume first' })
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line, index) => readRow(line, { file: path, line: index + 1 }))
}

function readRow(line: string, at: { file: string; line: number }): SweepRow {
  let row: Partial<SweepRow> | null
  try {
    row = JSON.parse(line) as Partial<SweepRow> | null
  } catch {
    row = null
  }
  if (row === null || !Number.isSafeInteger(row.cell) || typeof row.key !== 'string' || typeof row.point !== 'object')
    throw new UserError({ message: 'this line is no result of a sweep', at })
  return row as SweepRow
}

import { UserError } from '../../lib/user-error.ts'
import type { TraceParser } from '../traces/format.ts'
import { createLineParser } from '../traces/lines.ts'
import type { LogFormat, LogOptions } from './format.ts'
import { createLogRow, type LogRow } from './log-row.ts'

/** Lines that could not be read, with the first of them. */
export interface BrokenLines {
  count: number
  first: { file: string; line: number; why: string }[]
}

const shownBroken = 5

export interface LogParserOptions extends LogOptions {
  file: string
  /** Counts broken lines here and goes on; null: the first one is thrown. */
  broken: BrokenLines | null
  onRow(row: LogRow, line: number): void
}

/** Reads a log that comes in pieces cut anywhere. Throws UserError with file and line. */
export function createLogParser(format: LogFormat, options: LogParserOptions): TraceParser {
  const { file, broken, onRow } = options
  const readLine = format.createReader(options)
  const row = createLogRow()
  return createLineParser(file, (bytes, start, end, line) => {
    const outcome = readLine(bytes, start, end, row)
    if (outcome === true) return onRow(row, line)
    if (outcome === false) return
    if (broken === null)
      throw new UserError({ message: outcome, at: { file, line }, hint: '--lenient passes over such lines' })
    broken.count++
    if (broken.first.length < shownBroken) broken.first.push({ file, line, why: outcome })
  })
}

import { readConfigFile } from '../files/atlas.ts'
import { writeOutput } from '../files/output.ts'
import { UserError } from '../lib/user-error.ts'
import { readLand } from '../live/land.ts'
import { reportCsv } from '../report/csv.ts'
import { reportJson } from '../report/json.ts'
import { reportMarkdown } from '../report/markdown.ts'
import { reportText } from '../report/text.ts'
import type { RunResult } from '../stats/result.ts'
import { colorLevel, terminalWidth } from './terminal.ts'

/** How a result is wanted: as text when nothing is said. */
export interface ReportChoice {
  json?: boolean
  csv?: boolean
  markdown?: boolean
  color?: boolean
}

/** Throws UserError where more than one format is wanted at once. */
export function checkFormats({ json, csv, markdown }: ReportChoice): void {
  const formats = [json, csv, markdown].filter(Boolean).length
  if (formats > 1) throw new UserError('--json, --csv and --markdown are three formats: choose one')
}

/** The report of a result in the format that is wanted. */
export function reportOf(
  result: RunResult,
  { json, csv, markdown, color = true }: ReportChoice,
  toFile: boolean,
): string {
  if (json) return reportJson(result)
  if (csv) return reportCsv(result)
  if (markdown) return reportMarkdown(result)
  const land = readConfigFile('world-braille-100x21.txt')
  const colors = toFile ? colorLevel({ color, isTerminal: false }) : colorLevel({ color })
  return reportText(result, { width: terminalWidth(), colors, land })
}

/** Writes a result as a page, with the scenario as it was written. Throws UserError. */
export async function writePage(path: string, result: RunResult, scenario: string): Promise<void> {
  const { reportHtml } = await import('../report/html/page.ts')
  await writeOutput(path, reportHtml(result, { scenario, land: readLand() }))
  process.stderr.write(`written to ${path}\n`)
}

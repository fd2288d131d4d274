import { nameHint } from '../lib/nearest-name.ts'
import { type Mistake, UserError } from '../lib/user-error.ts'

/** One line of a table: its cells in the order of the wanted columns, and where it stands. */
export interface TableRow {
  cells: string[]
  line: number
}

/**
 * Reads a comma-separated table with a header line into the wanted columns; other columns are left out, empty lines and lines
 * that begin with `#` too. A cell in double quotes may hold commas and doubled quotes, but no line break.
 * Throws UserError with every missing column and every line of a wrong length. Source: RFC 4180, section 2.
 */
export function parseTable(text: string, file: string, columns: readonly string[]): TableRow[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  let headerLine = 0
  while (headerLine < lines.length && isBlank(lines[headerLine]!)) headerLine++
  const header = splitCells(lines[headerLine] ?? '').map(name => name.trim())
  const positions = columns.map(name => header.indexOf(name))
  const missing = columns.filter(name => !header.includes(name))
  if (missing.length > 0)
    throw new UserError(
      missing.map(name => ({
        message: `the table has no column "${name}"`,
        at: { file, line: headerLine + 1 },
        hint: nameHint(name, header),
      })),
    )
  const rows: TableRow[] = []
  const mistakes: Mistake[] = []
  for (let index = headerLine + 1; index < lines.length; index++) {
    const line = lines[index]!
    if (isBlank(line)) continue
    const cells = splitCells(line)
    if (cells.length === header.length)
      rows.push({ cells: positions.map(position => cells[position]!), line: index + 1 })
    else
      mistakes.push({
        message: `${header.length} cells expected, ${cells.length} found`,
        at: { file, line: index + 1 },
      })
  }
  if (mistakes.length > 0) throw new UserError(mistakes)
  return rows
}

function isBlank(line: string): boolean {
  return line === '' || line.startsWith('#') || line.trim() === ''
}

function splitCells(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  const cells: string[] = []
  for (const match of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g))
    cells.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'))
  return cells
}

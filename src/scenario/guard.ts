import { Lexer } from 'yaml'
import type { Mistake } from '../lib/user-error.ts'

/** The longest scenario that is read. Thousands of inline PoPs fit; a trace belongs into a file of its own. */
export const longestScenarioBytes = 512 * 1024
/** Brackets and indents that may lie inside each other. The YAML library recurses over them and can end the process. */
export const deepestNesting = 64

/** The lexer's own marks, which stand for no text: a document, the end of a broken flow, a scalar that follows. */
const scalarFollows = '\x1f'
const flowBroken = '\x18'
const markers = new Set(['\x02', flowBroken, scalarFollows])
const indicators = new Set(['-', '?', ':'])

/**
 * Looks over a text before the YAML library builds anything from it: length, characters, nesting. What it lets through costs
 * the library bounded time and stack. Only the library's own lexer is used, which is a loop, so that a bracket in quotes, in a
 * comment or in a block of text is told apart exactly as the parser would.
 */
export function guardText(text: string, file: string): Mistake[] {
  if (text.length > longestScenarioBytes)
    return [
      {
        message: `the scenario is longer than ${longestScenarioBytes / 1024} KiB`,
        at: { file },
        hint: 'put long lists of requests into a trace file',
      },
    ]
  const strange = findControlCharacter(text)
  if (strange >= 0) {
    const code = text.charCodeAt(strange).toString(16).toUpperCase().padStart(4, '0')
    return [{ message: `a control character (U+${code}) in the text`, at: positionOf(text, strange, file) }]
  }
  const fault = findNestingFault(text)
  return fault ? [{ message: fault.message, hint: fault.hint, at: positionOf(text, fault.offset, file) }] : []
}

/** Line and column, from 1, of an offset in a text. */
export function positionOf(text: string, offset: number, file: string): { file: string; line: number; column: number } {
  let line = 1
  let start = 0
  for (let next = text.indexOf('\n'); next >= 0 && next < offset; next = text.indexOf('\n', start)) {
    line++
    start = next + 1
  }
  return { file, line, column: offset - start + 1 }
}

function findControlCharacter(text: string): number {
  for (let offset = 0; offset < text.length; offset++) if (isControl(text.charCodeAt(offset))) return offset
  return -1
}

/** True for what no text for people holds: C0 and C1 controls other than tab and line ends, and lone halves of UTF-16. */
function isControl(code: number): boolean {
  if (code < 0x20) return code !== 0x09 && code !== 0x0a && code !== 0x0d
  return (code >= 0x7f && code < 0xa0 && code !== 0x85) || code === 0xfffe || code === 0xffff
}

/**
 * The token that opens a level too many, if there is one. Columns stand for block levels, brackets for flow levels. A second
 * `:` before a comma and a second key on one line are wrong anyway; they count here because the parser nests them before it
 * complains. Explicit keys (`? a`) nest where columns do not show it, and no scenario needs them.
 */
function findNestingFault(text: string): { offset: number; message: string; hint?: string } | undefined {
  const columns: number[] = []
  const indicatorsIn: number[] = []
  let surplus = 0
  let offset = 0
  let lineStart = 0
  let contentColumn = -1
  let hasKey = false
  let isScalar = false
  for (const token of new Lexer().lex(text)) {
    if (markers.has(token)) {
      isScalar = token === scalarFollows
      if (token === flowBroken) indicatorsIn.length = 0
      continue
    }
    const inFlow = indicatorsIn.length > 0
    if (isScalar || /^["'&*!]/.test(token)) {
      if (contentColumn < 0) contentColumn = offset - lineStart
    } else if (token === '[' || token === '{') {
      if (contentColumn < 0) contentColumn = offset - lineStart
      indicatorsIn.push(0)
    } else if (inFlow && (token === ']' || token === '}')) surplus -= Math.max(0, indicatorsIn.pop()! - 1)
    else if (inFlow && token === ',') {
      surplus -= Math.max(0, indicatorsIn.at(-1)! - 1)
      indicatorsIn[indicatorsIn.length - 1] = 0
    } else if (inFlow && indicators.has(token)) {
      if (++indicatorsIn[indicatorsIn.length - 1]! > 1) surplus++
    } else if (indicators.has(token)) {
      const closesKey = token === ':'
      if (token === '?' || (closesKey && contentColumn < 0))
        return { offset, message: `"${token}" without a plain key` }
      if (closesKey && hasKey)
        return { offset, message: 'a second ": " on this line', hint: 'put text with a colon into quotes' }
      hasKey = closesKey
      const column = closesKey ? contentColumn : offset - lineStart
      while (columns.length > 0 && columns.at(-1)! > column) columns.pop()
      if (columns.at(-1) !== column) columns.push(column)
      contentColumn = -1
    }
    isScalar = false
    if (columns.length + indicatorsIn.length + surplus > deepestNesting)
      return { offset, message: `nested deeper than ${deepestNesting} levels` }
    offset += token.length
    const lineEnd = token.lastIndexOf('\n')
    if (lineEnd >= 0) {
      lineStart = offset - token.length + lineEnd + 1
      contentColumn = -1
      hasKey = false
    }
  }
  return undefined
}

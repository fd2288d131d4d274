import { pad, widthOf } from './ink.ts'

/** Lines of at most `width` cells, broken between words, each behind an indent. A longer word is broken too. */
export function wrap(text: string, width: number, indent: string): string[] {
  const room = Math.max(10, width - indent.length)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).flatMap(part => pieces(part, room))) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > room) {
      lines.push(indent + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  if (line !== '') lines.push(indent + line)
  return lines
}

/** A word in pieces that fit. */
function pieces(word: string, room: number): string[] {
  const parts: string[] = []
  let rest = word
  while (widthOf(rest) > room) {
    const head = pad(rest, room).trimEnd().slice(0, -1)
    parts.push(head)
    rest = rest.slice(head.length)
  }
  return rest === '' ? parts : [...parts, rest]
}

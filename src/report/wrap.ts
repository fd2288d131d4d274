/** Lines of at most `width` letters, broken between words, each behind an indent. A longer word is broken too. */
export function wrap(text: string, width: number, indent: string): string[] {
  const room = Math.max(10, width - indent.length)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).flatMap(part => part.match(new RegExp(`.{1,${room}}`, 'gu')) ?? [])) {
    if (line !== '' && [...line].length + 1 + [...word].length > room) {
      lines.push(indent + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  if (line !== '') lines.push(indent + line)
  return lines
}

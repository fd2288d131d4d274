/** The last lines that somebody wrote, in bounded memory. */
export interface BoundedLog {
  /** Takes text as it comes; a line is complete at its end. */
  write(text: string): void
  lines(): readonly string[]
}

export function createBoundedLog(keptLines = 1000, lineLetters = 8192): BoundedLog {
  const lines: string[] = []
  let rest = ''
  return {
    write(text) {
      const parts = (rest + text).split('\n')
      rest = parts.pop()!.slice(0, lineLetters)
      for (const line of parts) lines.push(line.slice(0, lineLetters))
      if (lines.length > keptLines) lines.splice(0, lines.length - keptLines)
    },
    lines: () => (rest === '' ? lines : [...lines, rest]),
  }
}

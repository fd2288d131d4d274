/** Where in a person's input a mistake stands. Lines and columns count from 1; `offsetBytes` is for binary input. */
export interface Position {
  file: string
  line?: number
  column?: number
  offsetBytes?: number
  record?: number
}

export interface Mistake {
  message: string
  at?: Position
  hint?: string
}

/**
 * A mistake in what a person gave us: thrown at the doors, caught once in `cli/main`, shown as clear sentences, exit 2.
 * One error may carry several mistakes, so that a file's mistakes are reported at once.
 */
export class UserError extends Error {
  readonly mistakes: readonly Mistake[]
  readonly exitCode: number

  constructor(mistakes: string | Mistake | readonly Mistake[], exitCode = 2) {
    const list = typeof mistakes === 'string' ? [{ message: mistakes }] : 'message' in mistakes ? [mistakes] : mistakes
    super(list.map(describeMistake).join('\n'))
    this.name = 'UserError'
    this.mistakes = list
    this.exitCode = exitCode
  }
}

/** One mistake as `file:line:column: message (hint)`. */
export function describeMistake({ message, at, hint }: Mistake): string {
  return `${at ? `${describePosition(at)}: ` : ''}${message}${hint ? ` (${hint})` : ''}`
}

export function describePosition({ file, line, column, offsetBytes, record }: Position): string {
  const place = line === undefined ? file : `${file}:${line}${column === undefined ? '' : `:${column}`}`
  const binary = [
    record === undefined ? '' : `record ${record}`,
    offsetBytes === undefined ? '' : `byte offset ${offsetBytes}`,
  ].filter(Boolean)
  return binary.length === 0 ? place : `${place}: ${binary.join(', ')}`
}

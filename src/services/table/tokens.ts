import { wrongExpression } from './expression-context.ts'

export interface Token {
  text: string
  kind: 'word' | 'name' | 'value' | 'number' | 'mark' | 'wrong' | 'end'
  from: number
  to: number
}

const pattern =
  /\s+|([A-Za-z_][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|(\d+)|(<>|<=|>=|[=<>()[\],.+-])|([\s\S])/g

/** The longest expression. Source: Amazon DynamoDB Developer Guide, "Quotas: expression parameters". */
const longestBytes = 4096

/** A cursor over the tokens of an expression. */
export interface TokenReader {
  readonly parameter: string
  peek(ahead?: number): Token
  next(): Token
  /** Takes a token when it reads so, words in any case. */
  take(text: string): boolean
  /** Takes a token that must read so. */
  expect(text: string): void
  /** A syntax error at the next token, to be thrown. */
  failure(): Error
  requireEnd(): void
}

/** Cuts an expression into tokens. Throws when it is empty or too long. */
export function readTokens(expression: string, parameter: string): TokenReader {
  if (expression === '') throw wrongExpression(parameter, 'The expression can not be empty;')
  const bytes = Buffer.byteLength(expression)
  if (bytes > longestBytes)
    throw wrongExpression(parameter, `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`)
  const tokens: Token[] = []
  for (const match of expression.matchAll(pattern)) {
    const kind = (['word', 'name', 'value', 'number', 'mark', 'wrong'] as const).find(
      (_, index) => match[index + 1] !== undefined,
    )
    if (kind !== undefined) tokens.push({ text: match[0], kind, from: match.index, to: match.index + match[0].length })
  }
  const end: Token = { text: '<EOF>', kind: 'end', from: expression.length, to: expression.length }
  let at = 0
  const reader: TokenReader = {
    parameter,
    peek: (ahead = 0) => tokens[at + ahead] ?? end,
    next: () => tokens[at++] ?? end,
    take(text) {
      const token = tokens[at]
      if (token === undefined || token.text.toUpperCase() !== text) return false
      at++
      return true
    },
    expect(text) {
      if (!reader.take(text)) throw reader.failure()
    },
    failure() {
      const token = tokens[at] ?? end
      const from = (tokens[at - 1] ?? token).from
      const to = (tokens[at + 1] ?? token).to
      return wrongExpression(parameter, `Syntax error; token: "${token.text}", near: "${expression.slice(from, to)}"`)
    },
    requireEnd() {
      if (at < tokens.length) throw reader.failure()
    },
  }
  return reader
}

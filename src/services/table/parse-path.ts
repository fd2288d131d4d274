import type { PathOperand } from './expression.ts'
import { type ExpressionContext, wrongExpression } from './expression-context.ts'
import { readTokens, type TokenReader } from './tokens.ts'

/** The deepest path. Source: Amazon DynamoDB Developer Guide, "Quotas: nested attribute depth". */
const deepest = 32

/** Reads `name`, `name.name` and `name[1]`. */
export function parsePath(reader: TokenReader, context: ExpressionContext): PathOperand {
  const path: (string | number)[] = [parseName(reader, context)]
  for (;;) {
    if (reader.take('.')) path.push(parseName(reader, context))
    else if (reader.take('[')) {
      const position = reader.peek()
      if (position.kind !== 'number') throw reader.failure()
      reader.next()
      reader.expect(']')
      path.push(Number(position.text))
    } else break
  }
  if (path.length > deepest)
    throw wrongExpression(
      reader.parameter,
      `The document path has too many nesting elements; nesting levels: ${path.length}`,
    )
  return { kind: 'path', path }
}

function parseName(reader: TokenReader, context: ExpressionContext): string {
  const token = reader.peek()
  if (token.kind !== 'word' && token.kind !== 'name') throw reader.failure()
  reader.next()
  return context.nameOf(token.text, reader.parameter)
}

/** Reads a projection: paths with commas between them, none of which lies within another. */
export function parseProjection(expression: string, context: ExpressionContext): PathOperand[] {
  const reader = readTokens(expression, 'ProjectionExpression')
  const paths = [parsePath(reader, context)]
  while (reader.take(',')) paths.push(parsePath(reader, context))
  reader.requireEnd()
  requireApart(
    paths.map(({ path }) => path),
    'ProjectionExpression',
  )
  return paths
}

/** Throws when two paths are the same, when one lies within the other, or when they treat one place as list and as map. */
export function requireApart(paths: readonly (readonly (string | number)[])[], parameter: string): void {
  const describe = (path: readonly (string | number)[]): string =>
    `[${path.map(step => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`
  for (let later = 1; later < paths.length; later++)
    for (let earlier = 0; earlier < later; earlier++) {
      const [a, b] = [paths[earlier]!, paths[later]!]
      const length = Math.min(a.length, b.length)
      let same = 0
      while (same < length && a[same] === b[same]) same++
      const tell = `path one: ${describe(a)}, path two: ${describe(b)}`
      if (same === length)
        throw wrongExpression(
          parameter,
          `Two document paths overlap with each other; must remove or rewrite one of these paths; ${tell}`,
        )
      if (typeof a[same] !== typeof b[same])
        throw wrongExpression(
          parameter,
          `Two document paths conflict with each other; must remove or rewrite one of these paths; ${tell}`,
        )
    }
}

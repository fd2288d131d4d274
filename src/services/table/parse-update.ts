import { typeOf } from '../../backend/attribute-value.ts'
import type { Path, PathOperand, SetValue, Update } from './expression.ts'
import { type ExpressionContext, wrongExpression } from './expression-context.ts'
import { parsePath, requireApart } from './parse-path.ts'
import { readTokens, type TokenReader } from './tokens.ts'

interface Parser {
  reader: TokenReader
  context: ExpressionContext
  depth: number
}

const clauses = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const
const deepestCall = 50

/** Reads an update. Source: Amazon DynamoDB Developer Guide, "Update expressions". */
export function parseUpdate(expression: string, context: ExpressionContext): Update {
  const reader = readTokens(expression, 'UpdateExpression')
  const parser: Parser = { reader, context, depth: 0 }
  const update: Update = { set: [], remove: [], add: [], delete: [] }
  const seen = new Set<string>()
  do {
    const clause = clauses.find(word => reader.peek().text.toUpperCase() === word)
    if (clause === undefined) throw reader.failure()
    if (seen.has(clause))
      throw wrongExpression(
        'UpdateExpression',
        `The "${clause}" section can only be used once in an update expression;`,
      )
    seen.add(clause)
    reader.next()
    do readAction(parser, clause, update)
    while (reader.take(','))
  } while (reader.peek().kind !== 'end')
  const paths: Path[] = [...update.set, ...update.remove, ...update.add, ...update.delete].map(({ path }) => path)
  requireApart(paths, 'UpdateExpression')
  return update
}

function readAction(parser: Parser, clause: (typeof clauses)[number], update: Update): void {
  const { reader, context } = parser
  const { path } = parsePath(reader, context)
  if (clause === 'REMOVE') {
    update.remove.push({ path })
    return
  }
  if (clause === 'SET') {
    reader.expect('=')
    update.set.push({ path, value: parseSetValue(parser) })
    return
  }
  const token = reader.peek()
  if (token.kind !== 'value') throw reader.failure()
  reader.next()
  const value = context.valueOf(token.text, 'UpdateExpression')
  const allowed = clause === 'ADD' ? ['N', 'SS', 'NS', 'BS'] : ['SS', 'NS', 'BS']
  if (!allowed.includes(typeOf(value)))
    throw wrongExpression(
      'UpdateExpression',
      `Incorrect operand type for operator or function; operator: ${clause}, operand type: ${longNames[typeOf(value)]}, typeSet: ${clause === 'ADD' ? 'ALLOWED_FOR_ADD_OPERAND' : 'ALLOWED_FOR_DELETE_OPERAND'}`,
    )
  if (clause === 'ADD') update.add.push({ path, value })
  else update.delete.push({ path, value })
}

/** How messages about ADD and DELETE name types. */
const longNames = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
  M: 'MAP',
  L: 'LIST',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
} as const

/** One operand, or two with a plus or minus between them; more are not allowed. */
function parseSetValue(parser: Parser): SetValue {
  const { reader } = parser
  const left = parseSetOperand(parser)
  const mark = reader.peek().text
  if (mark !== '+' && mark !== '-') return left
  reader.next()
  const right = parseSetOperand(parser)
  for (const operand of [left, right]) {
    if (operand.kind === 'list_append')
      throw wrongExpression(
        'UpdateExpression',
        `Incorrect operand type for operator or function; operator or function: ${mark}, operand type: L`,
      )
    if (operand.kind === 'value' && !('N' in operand.value))
      throw wrongExpression(
        'UpdateExpression',
        `Incorrect operand type for operator or function; operator or function: ${mark}, operand type: ${typeOf(operand.value)}`,
      )
  }
  return { kind: mark === '+' ? 'plus' : 'minus', left, right }
}

function parseSetOperand(parser: Parser): SetValue {
  const { reader, context } = parser
  const token = reader.peek()
  if (token.kind === 'value') {
    reader.next()
    return { kind: 'value', value: context.valueOf(token.text, 'UpdateExpression') }
  }
  if (token.text === '(') {
    goDeeper(parser)
    reader.next()
    const inner = parseSetValue(parser)
    reader.expect(')')
    parser.depth--
    return inner
  }
  if (token.kind === 'word' && reader.peek(1).text === '(') return parseCall(parser)
  return parsePath(reader, context)
}

function goDeeper(parser: Parser): void {
  if (++parser.depth > deepestCall) throw wrongExpression('UpdateExpression', 'The expression is nested too deeply')
}

function parseCall(parser: Parser): SetValue {
  const { reader } = parser
  goDeeper(parser)
  const name = reader.next().text
  reader.expect('(')
  const operands = [parseSetOperand(parser)]
  while (reader.take(',')) operands.push(parseSetOperand(parser))
  reader.expect(')')
  parser.depth--
  if (name !== 'if_not_exists' && name !== 'list_append') {
    if (
      ['attribute_exists', 'attribute_not_exists', 'attribute_type', 'begins_with', 'contains', 'size'].includes(name)
    )
      throw wrongExpression(
        'UpdateExpression',
        `The function is not allowed in an update expression; function: ${name}`,
      )
    throw wrongExpression('UpdateExpression', `Invalid function name; function: ${name}`)
  }
  if (operands.length !== 2)
    throw wrongExpression(
      'UpdateExpression',
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    )
  const [first, second] = operands as [SetValue, SetValue]
  if (name === 'list_append') {
    for (const operand of operands)
      if (operand.kind === 'value' && !('L' in operand.value))
        throw wrongExpression(
          'UpdateExpression',
          `Incorrect operand type for operator or function; operator or function: list_append, operand type: ${typeOf(operand.value)}`,
        )
    return { kind: 'list_append', left: first, right: second }
  }
  if (first.kind !== 'path')
    throw wrongExpression(
      'UpdateExpression',
      'Operator or function requires a document path; operator or function: if_not_exists',
    )
  return { kind: 'if_not_exists', path: first as PathOperand, fallback: second }
}

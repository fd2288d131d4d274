import { typeOf } from '../../backend/attribute-value.ts'
import type { Comparator, Condition, ConditionFunction, Operand } from './expression.ts'
import { describePath } from './expression.ts'
import { type ExpressionContext, wrongExpression } from './expression-context.ts'
import { parsePath } from './parse-path.ts'
import { readTokens, type TokenReader } from './tokens.ts'
import { compareValues, describeValue } from './values.ts'

const comparators = new Set<string>(['=', '<>', '<', '<=', '>', '>='])
const operandCounts: Record<ConditionFunction, number> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
}
const attributeTypes = ['S', 'N', 'B', 'SS', 'NS', 'BS', 'M', 'L', 'NULL', 'BOOL']
const mostOperators = 300

/**
 * Reads a condition, filter or key condition. Source: Amazon DynamoDB Developer Guide, "Condition and filter expressions, operators, and functions".
 */
export function parseCondition(expression: string, parameter: string, context: ExpressionContext): Condition {
  const reader = readTokens(expression, parameter)
  const parser = { reader, context, operators: 0, depth: 0 }
  const condition = parseOr(parser)
  reader.requireEnd()
  if (parser.operators > mostOperators)
    throw wrongExpression(parameter, `The expression contains too many operators; operator count: ${parser.operators}`)
  return condition
}

interface Parser {
  reader: TokenReader
  context: ExpressionContext
  operators: number
  depth: number
}

function parseOr(parser: Parser): Condition {
  const parts = [parseAnd(parser)]
  while (parser.reader.take('OR')) {
    parser.operators++
    parts.push(parseAnd(parser))
  }
  return parts.length === 1 ? parts[0]! : { kind: 'or', parts }
}

function parseAnd(parser: Parser): Condition {
  const parts = [parseNot(parser)]
  while (parser.reader.take('AND')) {
    parser.operators++
    parts.push(parseNot(parser))
  }
  return parts.length === 1 ? parts[0]! : { kind: 'and', parts }
}

function parseNot(parser: Parser): Condition {
  if (!parser.reader.take('NOT')) return parseTerm(parser)
  parser.operators++
  goDeeper(parser)
  const part = parseNot(parser)
  parser.depth--
  return { kind: 'not', part }
}

/** How deep parentheses may nest: what is deeper is no honest expression and would cost the stack. */
const deepestParentheses = 100

function goDeeper(parser: Parser): void {
  if (++parser.depth > deepestParentheses)
    throw wrongExpression(parser.reader.parameter, 'The expression is nested too deeply')
}

function parseTerm(parser: Parser): Condition {
  const { reader } = parser
  if (reader.peek().text === '(' && opensCondition(reader)) {
    goDeeper(parser)
    reader.next()
    const isDouble = reader.peek().text === '(' && opensCondition(reader)
    const inner = parseOr(parser)
    const isBare = isDouble && reader.peek(-1).text === ')' && isOneGroup(reader)
    reader.expect(')')
    parser.depth--
    if (isBare) throw wrongExpression(reader.parameter, 'The expression has redundant parentheses;')
    return inner
  }
  return parseComparison(parser)
}

/** True when the group that ends here is all that the outer parentheses hold. */
function isOneGroup(reader: TokenReader): boolean {
  let level = 0
  for (let back = -1; ; back--) {
    const { text, kind } = reader.peek(back)
    if (kind === 'end') return false
    if (text === ')') level++
    if (text === '(' && --level === 0) return reader.peek(back - 1).text === '(' && !isCall(reader, back - 1)
  }
}

function isCall(reader: TokenReader, at: number): boolean {
  const before = reader.peek(at - 1)
  return before.kind === 'word' && !/^(?:and|or|not|between|in)$/i.test(before.text)
}

/** A parenthesis may hold a condition, or an operand that a comparison follows. */
function opensCondition(reader: TokenReader): boolean {
  let level = 0
  for (let ahead = 0; ; ahead++) {
    const { text, kind } = reader.peek(ahead)
    if (kind === 'end') return true
    if (text === '(') level++
    if (text === ')' && --level === 0) {
      const after = reader.peek(ahead + 1).text.toUpperCase()
      return !(comparators.has(after) || after === 'BETWEEN' || after === 'IN')
    }
  }
}

function parseComparison(parser: Parser): Condition {
  const { reader } = parser
  const token = reader.peek()
  if (token.kind === 'word' && reader.peek(1).text === '(' && token.text !== 'size') return parseFunction(parser)
  const left = parseOperand(parser)
  const operator = reader.peek().text
  if (comparators.has(operator)) {
    reader.next()
    parser.operators++
    const right = parseOperand(parser)
    requireDistinct(parser, operator, [left, right])
    return { kind: 'compare', operator: operator as Comparator, left, right }
  }
  if (reader.take('BETWEEN')) {
    parser.operators++
    const low = parseOperand(parser)
    reader.expect('AND')
    const high = parseOperand(parser)
    checkBounds(parser, low, high)
    return { kind: 'between', value: left, low, high }
  }
  if (reader.take('IN')) {
    parser.operators++
    reader.expect('(')
    const list = [parseOperand(parser)]
    while (reader.take(',')) list.push(parseOperand(parser))
    reader.expect(')')
    if (list.length > 100)
      throw wrongExpression(
        reader.parameter,
        `Incorrect number of operands for operator or function; operator or function: IN, number of operands: ${list.length + 1}`,
      )
    return { kind: 'in', value: left, list }
  }
  if (left.kind === 'size')
    throw wrongExpression(
      reader.parameter,
      'The function is not allowed to be used this way in an expression; function: size',
    )
  throw reader.failure()
}

function parseFunction(parser: Parser): Condition {
  const { reader } = parser
  const name = reader.next().text
  reader.expect('(')
  const operands = [parseOperand(parser)]
  while (reader.take(',')) operands.push(parseOperand(parser))
  reader.expect(')')
  if (!Object.hasOwn(operandCounts, name))
    throw wrongExpression(reader.parameter, `Invalid function name; function: ${name}`)
  checkFunction(parser, name as ConditionFunction, operands)
  return { kind: 'function', name: name as ConditionFunction, operands }
}

function checkFunction({ reader }: Parser, name: ConditionFunction, operands: Operand[]): void {
  const { parameter } = reader
  if (operands.length !== operandCounts[name])
    throw wrongExpression(
      parameter,
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    )
  const [first, second] = operands as [Operand, Operand]
  if (name.startsWith('attribute_') && first.kind !== 'path')
    throw wrongExpression(parameter, `Operator or function requires a document path; operator or function: ${name}`)
  const wrongType = (type: string): never => {
    throw wrongExpression(
      parameter,
      `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
    )
  }
  if (name === 'begins_with')
    for (const operand of operands)
      if (operand.kind === 'value' && !['S', 'B'].includes(typeOf(operand.value))) wrongType(typeOf(operand.value))
  if (name === 'attribute_type') {
    if (second.kind !== 'value')
      throw wrongExpression(
        parameter,
        `Incorrect operand type for operator or function; operator or function: ${name}, operand type: PATH`,
      )
    if (!('S' in second.value)) wrongType(typeOf(second.value))
    else if (!attributeTypes.includes(second.value.S))
      throw wrongExpression(
        parameter,
        `Invalid attribute type name found; type: ${second.value.S}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
      )
  }
  if (name === 'begins_with' || name === 'contains') requireDistinctOperands(parameter, name, operands)
}

function requireDistinct({ reader }: Parser, operator: string, operands: Operand[]): void {
  requireDistinctOperands(reader.parameter, operator, operands)
  if (operator === '=' || operator === '<>') return
  for (const operand of operands)
    if (operand.kind === 'value' && !['S', 'N', 'B'].includes(typeOf(operand.value)))
      throw wrongExpression(
        reader.parameter,
        `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${typeOf(operand.value)}`,
      )
}

function requireDistinctOperands(parameter: string, operator: string, [first, ...rest]: Operand[]): void {
  for (const other of rest)
    if (first!.kind === 'path' && other.kind === 'path' && describePath(first!.path) === describePath(other.path))
      throw wrongExpression(
        parameter,
        `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${describePath(first!.path)}`,
      )
}

function checkBounds({ reader }: Parser, low: Operand, high: Operand): void {
  for (const bound of [low, high])
    if (bound.kind === 'value' && !['S', 'N', 'B'].includes(typeOf(bound.value)))
      throw wrongExpression(
        reader.parameter,
        `Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: ${typeOf(bound.value)}`,
      )
  if (low.kind !== 'value' || high.kind !== 'value') return
  if (typeOf(low.value) !== typeOf(high.value))
    throw wrongExpression(
      reader.parameter,
      `The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: ${describeValue(low.value)}, upper bound operand: AttributeValue: ${describeValue(high.value)}`,
    )
  if (compareValues(low.value, high.value)! > 0)
    throw wrongExpression(
      reader.parameter,
      `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: ${describeValue(low.value)}, upper bound operand: AttributeValue: ${describeValue(high.value)}`,
    )
}

function parseOperand(parser: Parser): Operand {
  const { reader, context } = parser
  const token = reader.peek()
  if (reader.take('(')) {
    goDeeper(parser)
    const inner = parseOperand(parser)
    reader.expect(')')
    parser.depth--
    return inner
  }
  if (token.kind === 'value') {
    reader.next()
    return { kind: 'value', value: context.valueOf(token.text, reader.parameter) }
  }
  if (token.kind === 'word' && reader.peek(1).text === '(') {
    reader.next()
    reader.expect('(')
    goDeeper(parser)
    const operands = [parseOperand(parser)]
    while (reader.take(',')) operands.push(parseOperand(parser))
    reader.expect(')')
    parser.depth--
    if (token.text !== 'size') {
      if (!Object.hasOwn(operandCounts, token.text))
        throw wrongExpression(reader.parameter, `Invalid function name; function: ${token.text}`)
      throw wrongExpression(
        reader.parameter,
        `The function is not allowed to be used this way in an expression; function: ${token.text}`,
      )
    }
    if (operands.length !== 1)
      throw wrongExpression(
        reader.parameter,
        `Incorrect number of operands for operator or function; operator or function: size, number of operands: ${operands.length}`,
      )
    const [of] = operands as [Operand]
    if (of.kind === 'value' && ['N', 'BOOL', 'NULL'].includes(typeOf(of.value)))
      throw wrongExpression(
        reader.parameter,
        `Incorrect operand type for operator or function; operator or function: size, operand type: ${typeOf(of.value)}`,
      )
    return { kind: 'size', of }
  }
  return parsePath(reader, context)
}

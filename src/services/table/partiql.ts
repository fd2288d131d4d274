import { type AttributeValue, emptyItem, type Item } from '../../backend/attribute-value.ts'
import { invalid } from './failure.ts'

/** A PartiQL statement, its conditions and assignments written as expressions. */
export interface Statement {
  kind: 'select' | 'insert' | 'update' | 'delete'
  table: string
  index: string | undefined
  /** Paths of a SELECT, as names of its context; undefined for all. */
  paths: string[][] | undefined
  item: Item | undefined
  condition: string | undefined
  update: string | undefined
  returning: string | undefined
  names: Record<string, string>
  values: Item
}

interface Word {
  text: string
  kind: 'word' | 'quoted' | 'text' | 'number' | 'mark'
}

const pattern =
  /\s+|([A-Za-z_][A-Za-z0-9_]*)|"((?:[^"]|"")*)"|'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(<>|!=|<=|>=|<<|>>|[=<>()[\]{},.:?*+-])|([\s\S])/g

/** Reads one statement. Source: Amazon DynamoDB Developer Guide, "PartiQL reference for DynamoDB". Throws ValidationException. */
export function parseStatement(text: string, parameters: readonly AttributeValue[]): Statement {
  const reader = createReader(text, parameters)
  const statement: Statement = {
    kind: 'select',
    table: '',
    index: undefined,
    paths: undefined,
    item: undefined,
    condition: undefined,
    update: undefined,
    returning: undefined,
    names: reader.names,
    values: reader.values,
  }
  if (reader.take('SELECT')) {
    statement.paths = readPaths(reader)
    reader.expect('FROM')
    readTable(reader, statement)
  } else if (reader.take('INSERT')) {
    statement.kind = 'insert'
    reader.expect('INTO')
    readTable(reader, statement)
    reader.expect('VALUE')
    const value = readLiteral(reader, 0)
    if (!('M' in value)) throw wrong()
    statement.item = value.M
  } else if (reader.take('UPDATE')) {
    statement.kind = 'update'
    readTable(reader, statement)
    statement.update = readUpdate(reader)
  } else if (reader.take('DELETE')) {
    statement.kind = 'delete'
    reader.expect('FROM')
    readTable(reader, statement)
  } else throw wrong()
  if (statement.kind !== 'insert' && reader.take('WHERE'))
    statement.condition = readExpression(reader, ['RETURNING', 'ORDER'])
  if (reader.take('RETURNING')) statement.returning = [reader.next().text, reader.next().text].join('_').toUpperCase()
  if (statement.returning !== undefined) reader.expect('*')
  if (!reader.isOver()) throw wrong()
  return statement
}

function wrong(): Error {
  return invalid("Statement wasn't well formed, can't be processed: Unexpected token")
}

interface Reader {
  names: Record<string, string>
  values: Item
  peek(): Word | undefined
  next(): Word
  take(word: string): boolean
  expect(word: string): void
  isOver(): boolean
  /** The next of the parameters that stand for question marks. */
  parameter(): AttributeValue
  nameFor(name: string): string
  valueFor(value: AttributeValue): string
}

function createReader(text: string, parameters: readonly AttributeValue[]): Reader {
  const words: Word[] = []
  for (const match of text.matchAll(pattern)) {
    if (match[1] !== undefined) words.push({ text: match[1], kind: 'word' })
    else if (match[2] !== undefined) words.push({ text: match[2].replaceAll('""', '"'), kind: 'quoted' })
    else if (match[3] !== undefined) words.push({ text: match[3].replaceAll("''", "'"), kind: 'text' })
    else if (match[4] !== undefined) words.push({ text: match[4], kind: 'number' })
    else if (match[5] !== undefined) words.push({ text: match[5], kind: 'mark' })
    else if (match[6] !== undefined) throw wrong()
  }
  const [names, values] = [{} as Record<string, string>, emptyItem()]
  let at = 0
  let used = 0
  const reader: Reader = {
    names,
    values,
    peek: () => words[at],
    next() {
      const word = words[at++]
      if (word === undefined) throw wrong()
      return word
    },
    take(word) {
      const next = words[at]
      if (next === undefined || (next.kind !== 'word' && next.kind !== 'mark') || next.text.toUpperCase() !== word)
        return false
      at++
      return true
    },
    expect(word) {
      if (!reader.take(word)) throw wrong()
    },
    isOver: () => at >= words.length,
    parameter() {
      const value = parameters[used++]
      if (value === undefined) throw invalid("Number of parameters in request and statement don't match.")
      return value
    },
    nameFor(name) {
      const token = `#n${Object.keys(names).length}`
      names[token] = name
      return token
    },
    valueFor(value) {
      const token = `:v${Object.keys(values).length}`
      values[token] = value
      return token
    },
  }
  return reader
}

function readName(reader: Reader): string {
  const word = reader.next()
  if (word.kind !== 'word' && word.kind !== 'quoted') throw wrong()
  return word.text
}

function readTable(reader: Reader, statement: Statement): void {
  statement.table = readName(reader)
  if (reader.take('.')) statement.index = readName(reader)
}

function readPaths(reader: Reader): string[][] | undefined {
  if (reader.take('*')) return undefined
  const paths: string[][] = []
  do {
    const path = [readName(reader)]
    while (reader.take('.')) path.push(readName(reader))
    paths.push(path)
  } while (reader.take(','))
  return paths
}

/** SET and REMOVE clauses, in any number, gathered into one update. */
function readUpdate(reader: Reader): string {
  const sets: string[] = []
  const removes: string[] = []
  for (;;) {
    if (reader.take('SET'))
      do sets.push(readExpression(reader, ['SET', 'REMOVE', 'WHERE', ',']))
      while (reader.take(','))
    else if (reader.take('REMOVE'))
      do removes.push(readExpression(reader, ['SET', 'REMOVE', 'WHERE', ',']))
      while (reader.take(','))
    else break
  }
  if (sets.length + removes.length === 0) throw wrong()
  return [sets.length > 0 ? `SET ${sets.join(', ')}` : '', removes.length > 0 ? `REMOVE ${removes.join(', ')}` : '']
    .join(' ')
    .trim()
}

const plainWords = new Set(['AND', 'OR', 'NOT', 'BETWEEN', 'IN'])

/** An expression up to one of some words, with names and values replaced by tokens. */
function readExpression(reader: Reader, ends: readonly string[]): string {
  const parts: string[] = []
  let level = 0
  for (let word = reader.peek(); word !== undefined; word = reader.peek()) {
    const upper = word.text.toUpperCase()
    if (level === 0 && (word.kind === 'word' || word.kind === 'mark') && ends.includes(upper)) break
    if (word.kind === 'mark' && (word.text === '(' || word.text === '[')) level++
    if (word.kind === 'mark' && (word.text === ')' || word.text === ']')) level--
    if (word.kind === 'word' && upper === 'IS') {
      reader.next()
      const isNot = reader.take('NOT')
      reader.expect('MISSING')
      parts.push(`attribute_${isNot ? '' : 'not_'}exists(${takePath(parts)})`)
    } else if (word.kind === 'word' && plainWords.has(upper)) parts.push(reader.next().text)
    else if (
      word.kind === 'text' ||
      word.kind === 'number' ||
      ['TRUE', 'FALSE', 'NULL'].includes(upper) ||
      word.text === '?' ||
      word.text === '{' ||
      word.text === '<<' ||
      (word.text === '[' && isListStart(parts))
    )
      parts.push(readOperand(reader, parts))
    else if (word.kind === 'mark') parts.push(reader.next().text === '!=' ? '<>' : word.text)
    else {
      reader.next()
      parts.push(
        word.kind === 'word' && reader.peek()?.text === '(' ? word.text.toLowerCase() : reader.nameFor(word.text),
      )
    }
  }
  if (parts.length === 0) throw wrong()
  return parts.join(' ')
}

/** A bracket opens a list where no name stands before it. */
function isListStart(parts: readonly string[]): boolean {
  return !/^(?:#|\])/.test(parts.at(-1) ?? '')
}

/** A value, or behind IN the list of them. */
function readOperand(reader: Reader, parts: readonly string[]): string {
  const value = readLiteral(reader, 0)
  if (parts.at(-1)?.toUpperCase() === 'IN' && 'L' in value)
    return `(${value.L.map(member => reader.valueFor(member)).join(', ')})`
  return reader.valueFor(value)
}

/** The path that stands last, taken back. */
function takePath(parts: string[]): string {
  let path = parts.pop() ?? ''
  while (parts.at(-1) === '.' || path.startsWith('.')) path = `${parts.pop()}${path}`
  return path
}

const deepest = 32

function readLiteral(reader: Reader, depth: number): AttributeValue {
  if (depth > deepest) throw invalid('Nesting Levels have exceeded supported limits')
  const word = reader.next()
  if (word.kind === 'text') return { S: word.text }
  if (word.kind === 'number') return { N: word.text }
  const upper = word.text.toUpperCase()
  if (word.kind === 'word' && (upper === 'TRUE' || upper === 'FALSE')) return { BOOL: upper === 'TRUE' }
  if (word.kind === 'word' && upper === 'NULL') return { NULL: true }
  if (word.text === '?') return reader.parameter()
  if (word.text === '{') {
    const map = emptyItem()
    while (!reader.take('}')) {
      const name = reader.next()
      if (name.kind !== 'text' && name.kind !== 'quoted') throw wrong()
      reader.expect(':')
      map[name.text] = readLiteral(reader, depth + 1)
      if (!reader.take(',') && reader.peek()?.text !== '}') throw wrong()
    }
    return { M: map }
  }
  const end = word.text === '[' ? ']' : word.text === '<<' ? '>>' : undefined
  if (end === undefined) throw wrong()
  const list: AttributeValue[] = []
  while (!reader.take(end)) {
    list.push(readLiteral(reader, depth + 1))
    if (!reader.take(',') && reader.peek()?.text !== end) throw wrong()
  }
  if (end === ']') return { L: list }
  if (list.every(member => 'N' in member)) return { NS: list.map(member => (member as { N: string }).N) }
  return { SS: list.map(member => (member as { S: string }).S) }
}

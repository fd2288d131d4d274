import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
} from 'yaml'
import type { Mistake, Position } from '../lib/user-error.ts'
import { guardText } from './guard.ts'

/** Where a value stands in a text, where its key stands, and the words that were written there. */
export interface Written {
  at: Position
  keyAt: Position
  text: string
}

/** A text of YAML or JSON as plain data, with the position of every value by its path. */
export interface WrittenTree {
  value: unknown
  written: Map<string, Written>
  mistakes: Mistake[]
}

export type Path = readonly PropertyKey[]

/** The key of a path in a map of positions. */
export function pathKey(path: Path): string {
  return path.map(String).join('\0')
}

/** Position of a path, or of the nearest thing around it that was written. */
export function positionAt(written: ReadonlyMap<string, Written>, path: Path): Position | undefined {
  for (let length = path.length; length >= 0; length--) {
    const found = written.get(pathKey(path.slice(0, length)))
    if (found) return found.at
  }
  return undefined
}

/** Values that aliases may repeat: enough for shared blocks, too few for a bomb. */
const mostValues = 100_000
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype'])
/** How a number must be written: what JSON calls a number, so that no reader takes it for something else. */
const plainNumber = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/

/**
 * Reads one document of YAML 1.2 (or JSON, which is part of it). Nothing is taken for granted: tags, directives, further
 * documents, repeated keys, endless aliases, numbers that a double cannot hold as written are all mistakes with positions.
 */
export function readWritten(text: string, file: string): WrittenTree {
  const faults = guardText(text, file)
  if (faults.length > 0) return { value: undefined, written: new Map(), mistakes: faults }
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    lineCounter,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  })
  const place = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const walk = createWalk(text, place, document)
  for (const fault of [...document.errors, ...document.warnings])
    walk.mistakes.push({ ...explainFault(fault), at: place(fault.pos[0]) })
  if (document.directives?.yaml.explicit === true || /^%/m.test(text.slice(0, document.range?.[0] ?? 0)))
    walk.mistakes.push({
      message: 'directives (%YAML, %TAG) are not read in scenarios',
      at: { file, line: 1, column: 1 },
    })
  if (walk.mistakes.length > 0) return { value: undefined, written: new Map(), mistakes: walk.mistakes }
  const value = document.contents === null ? null : walk.visit(document.contents, [], undefined)
  if (walk.isCut()) return { value: undefined, written: new Map(), mistakes: walk.mistakes }
  return { value, written: walk.written, mistakes: walk.mistakes }
}

function explainFault({ code, message }: { code: string; message: string }): { message: string; hint?: string } {
  const [sentence] = message.split('\n') as [string]
  if (code === 'MULTIPLE_DOCS') return { message: 'a second document begins here', hint: 'one scenario a file' }
  if (code === 'TAB_AS_INDENT') return { message: 'a tab as indentation', hint: 'indent with spaces' }
  if (code === 'TAG_RESOLVE_FAILED') return { message: `tags are not read in scenarios: ${sentence}` }
  return { message: sentence }
}

interface Walk {
  written: Map<string, Written>
  mistakes: Mistake[]
  visit(node: unknown, path: Path, keyAt: Position | undefined): unknown
  /** True when there were too many values to look at them all. */
  isCut(): boolean
}

/** A walk over the library's nodes that makes plain data, notes positions and collects what is not plain. */
function createWalk(text: string, place: (offset: number) => Position, document: Document): Walk {
  const written = new Map<string, Written>()
  const mistakes: Mistake[] = []
  const open = new Set<unknown>()
  let values = 0

  function at(node: Node | null | undefined): Position {
    return place(node?.range?.[0] ?? 0)
  }

  function visit(node: unknown, path: Path, keyAt: Position | undefined): unknown {
    if (isAlias(node)) return visitAlias(node, path, keyAt)
    if (node === null || node === undefined) return null
    if (values >= mostValues) return null
    const here = at(node as Node)
    if (++values === mostValues)
      mistakes.push({ message: `more than ${mostValues} values, aliases counted as often as used`, at: here })
    const [start, end] = (node as Node).range ?? [0, 0]
    written.set(pathKey(path), { at: here, keyAt: keyAt ?? here, text: text.slice(start, end) })
    if ((node as Node).tag && isTagWritten(node as Node))
      mistakes.push({ message: 'tags (such as !!str) are not read in scenarios', at: here })
    if (isScalar(node)) return visitScalar(node, here)
    if (!isCollection(node)) return null
    open.add(node)
    const value = isSeq(node)
      ? node.items.map((item, index) => visit(item, [...path, index], undefined))
      : visitMap(node, path)
    open.delete(node)
    return value
  }

  function isTagWritten(node: Node): boolean {
    const [start, end] = node.range ?? [0, 0]
    const before = text.slice(0, start).trimEnd()
    return text.slice(start, end).startsWith('!') || /(?:^|[\s,[{:])![^\s]*(?:\s+&\S+)?$/.test(before)
  }

  function visitAlias(alias: Alias, path: Path, keyAt: Position | undefined): unknown {
    const target = alias.resolve(document)
    if (target === undefined) mistakes.push({ message: `no anchor &${alias.source} stands before`, at: at(alias) })
    else if (open.has(target)) mistakes.push({ message: `*${alias.source} contains itself`, at: at(alias) })
    else return visit(target, path, keyAt)
    written.set(pathKey(path), { at: at(alias), keyAt: keyAt ?? at(alias), text: `*${alias.source}` })
    return null
  }

  function visitMap(map: unknown, path: Path): Record<string, unknown> {
    const value: Record<string, unknown> = {}
    const firstOf = new Map<string, Position>()
    if (!isMap(map)) return value
    for (const { key, value: item } of map.items) {
      const keyAt = at(key as Node)
      const name = isScalar(key) ? (typeof key.value === 'string' ? key.value : (key.source ?? '')) : ''
      if (!isScalar(key) || name === '') mistakes.push({ message: 'a key must be a plain text', at: keyAt })
      else if (forbiddenKeys.has(name)) mistakes.push({ message: `"${name}" cannot be a key`, at: keyAt })
      else if (firstOf.has(name)) {
        const { line, column } = firstOf.get(name)!
        mistakes.push({ message: `the key "${name}" stands here a second time, first at ${line}:${column}`, at: keyAt })
      } else {
        firstOf.set(name, keyAt)
        if (item === null || item === undefined) written.set(pathKey([...path, name]), { at: keyAt, keyAt, text: '' })
        value[name] = visit(item, [...path, name], keyAt)
      }
    }
    return value
  }

  function visitScalar({ value, source, type }: Scalar, here: Position): unknown {
    if (typeof value === 'number') {
      if (!plainNumber.test(source ?? ''))
        mistakes.push({
          message: `${source} is no plain number`,
          hint: 'write it in decimal, or put it into quotes if it is text',
          at: here,
        })
      else if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value) && isWhole(source!)))
        mistakes.push({ message: `${source} is too large to be held exactly`, at: here })
      return value + 0
    }
    if (typeof value === 'string') {
      // Texts end up on terminals and pages: what a plain file cannot hold, an escape such as "\e" must not bring in.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      if (/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(value) && type !== Scalar.BLOCK_LITERAL)
        mistakes.push({ message: 'the text holds control characters', at: here })
      return value
    }
    return value
  }

  return { written, mistakes, visit, isCut: () => values >= mostValues }
}

function isWhole(source: string): boolean {
  return !/[.eE]/.test(source)
}

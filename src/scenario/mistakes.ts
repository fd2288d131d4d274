import type { z } from 'zod'
import { nameHint } from '../lib/nearest-name.ts'
import type { Mistake } from '../lib/user-error.ts'
import { knownKeySeparator, writtenMark } from './schema-values.ts'
import { type Path, pathKey, positionAt, type Written } from './written.ts'

type Issue = z.core.$ZodIssue

/** The schema's issues as mistakes of a person: where it is written, what is wrong, what was probably meant. */
export function mistakesOf(issues: readonly Issue[], value: unknown, written: ReadonlyMap<string, Written>): Mistake[] {
  return issues.flatMap(issue => explainIssue(issue, [], value, written))
}

function explainIssue(issue: Issue, around: Path, root: unknown, written: ReadonlyMap<string, Written>): Mistake[] {
  const path = [...around, ...issue.path]
  const given = valueAt(root, path)
  const inner = (issues: readonly Issue[], where: Path): Mistake[] =>
    issues.flatMap(each => explainIssue(each, where, root, written))
  const mistake = (message: string, hint?: string): Mistake[] => [
    { message: `${pathText(path)}${message}`, at: positionAt(written, path), ...(hint ? { hint } : {}) },
  ]

  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => unknownKey(path, key, issue.message, written))
    case 'invalid_type':
      return mistake(typeMessage(issue.expected, given, written.get(pathKey(path))?.text))
    case 'invalid_value':
      return mistake(
        `${describe(given, path, written)} is not known`,
        nameHint(typeof given === 'string' ? given : '', issue.values.map(String)),
      )
    case 'invalid_union':
      return explainUnion(issue, given, inner, path, mistake, () => describe(given, path, written))
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.flatMap(({ message }) => ({
        message: `${pathText(path)}${message.replaceAll(writtenMark, quote(String(path.at(-1))))}`,
        at: written.get(pathKey(path))?.keyAt ?? positionAt(written, path),
      }))
    case 'too_small':
      return mistake(
        issue.message.includes(writtenMark)
          ? filled(issue.message, given, path, written)
          : `${describe(given, path, written)} is too small: at least ${issue.minimum}${unitOf(issue.origin)}`,
      )
    case 'too_big':
      return mistake(
        issue.message.includes(writtenMark)
          ? filled(issue.message, given, path, written)
          : `${describe(given, path, written)} is too large: ${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}${unitOf(issue.origin)}`,
      )
    case 'custom':
      if (issue.params?.isUnknownKey === true)
        return [unknownKey(path.slice(0, -1), String(path.at(-1)), issue.message, written)]
      return mistake(filled(issue.message, given, path, written), issue.params?.hint as string | undefined)
    default:
      return mistake(filled(issue.message, given, path, written))
  }
}

/** `known` are the keys that there are, as `record` joins them. */
function unknownKey(path: Path, key: string, known: string, written: ReadonlyMap<string, Written>): Mistake {
  return {
    message: `unknown key "${shown(key)}"${path.length > 0 ? ` in ${path.join('.')}` : ''}`,
    at: written.get(pathKey([...path, key]))?.keyAt ?? positionAt(written, path),
    hint: nameHint(key, known.split(knownKeySeparator)),
  }
}

/**
 * A union's mistake is that of the alternative which the person meant: the first one of the right kind, or else the kinds that
 * there are. An alternative whose required keys are missing is not the one.
 */
function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  given: unknown,
  inner: (issues: readonly Issue[], where: Path) => Mistake[],
  path: Path,
  mistake: (message: string, hint?: string) => Mistake[],
  describeGiven: () => string,
): Mistake[] {
  if (issue.errors.length === 0) {
    const options = 'options' in issue ? (issue.options as unknown[]).map(String) : []
    if (given === undefined) return mistake('is missing', `one of ${options.join(', ')}`)
    return mistake(`${describeGiven()} is not known`, nameHint(String(given), options))
  }
  const isMissing = (each: Issue): boolean =>
    each.code === 'invalid_type' && each.path.length === 1 && valueAt(given, each.path) === undefined
  const isOtherKind = (each: Issue): boolean =>
    (each.code === 'invalid_type' || each.code === 'invalid_value') && each.path.length === 0
  const ofKind = issue.errors.filter(alternative => !alternative.some(isOtherKind))
  const meant = ofKind.find(alternative => !alternative.some(isMissing)) ?? ofKind.at(-1)
  if (meant) return inner(meant, path)
  const kinds = issue.errors.flatMap(alternative => alternative.filter(isOtherKind)).map(kindOf)
  if (given === null || given === undefined) return mistake('has no value', `${[...new Set(kinds)].join(', ')}`)
  return mistake(`${describeGiven()} is none of: ${[...new Set(kinds)].join(', ')}`)
}

function kindOf(issue: Issue): string {
  if (issue.code === 'invalid_value') return issue.values.map(value => `"${String(value)}"`).join(' or ')
  return issue.code === 'invalid_type' ? (kindNames[issue.expected] ?? issue.expected) : ''
}

const kindNames: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
}

function typeMessage(expected: string, given: unknown, text: string | undefined): string {
  if (given === undefined) return 'is missing'
  if (given === null) return `has no value: expected ${kindNames[expected] ?? expected}`
  const quoted = expected === 'string' && typeof given !== 'object' ? '; put it into quotes' : ''
  return `expected ${kindNames[expected] ?? expected}, got ${quote(text ?? JSON.stringify(given))}${quoted}`
}

function filled(message: string, given: unknown, path: Path, written: ReadonlyMap<string, Written>): string {
  return message.replaceAll(writtenMark, () => describe(given, path, written))
}

function describe(given: unknown, path: Path, written: ReadonlyMap<string, Written>): string {
  if (Array.isArray(given)) return given.length === 0 ? 'an empty list' : `a list of ${given.length}`
  const text = written.get(pathKey(path))?.text
  return quote(typeof given === 'string' ? given : (text ?? JSON.stringify(given) ?? 'nothing'))
}

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : ''
}

function pathText(path: Path): string {
  return path.length === 0 ? '' : `${path.map(part => shown(String(part))).join('.')}: `
}

function quote(text: string): string {
  const bare = text.replace(/^(["'])(.*)\1$/s, '$2')
  return `"${shown(bare)}"`
}

/** A person's words, harmless for a terminal: one line, no control or direction characters, not too long. */
export function shown(text: string): string {
  const clean = text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, letter => `\\u{${letter.codePointAt(0)!.toString(16)}}`)
  return clean.length > 80 ? `${clean.slice(0, 77)}...` : clean
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<PropertyKey, unknown>)[part]
  }
  return value
}

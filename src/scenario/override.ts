import { pathKey, readWritten, type Written, type WrittenTree } from './written.ts'

/** One `--set key=value`: the key's parts are joined by dots, entries of lists are numbers from 0, the value is YAML. */
export interface Override {
  key: string
  value: string
}

/** Splits `edge.policy=s3-fifo` at its first `=`; undefined when there is none. */
export function parseOverride(text: string): Override | undefined {
  const cut = text.indexOf('=')
  return cut < 1 ? undefined : { key: text.slice(0, cut).trim(), value: text.slice(cut + 1).trim() }
}

const forbiddenKeys = new Set(['', '__proto__', 'constructor', 'prototype'])
const listIndex = /^(?:0|[1-9][0-9]*)$/

/**
 * Puts a value into a tree, making maps (or, for an entry 0, lists) on the way. What it replaces loses its positions; what it
 * brings is positioned at `--set key`, so that a later mistake names it.
 */
export function applyOverride(tree: WrittenTree, { key, value }: Override): void {
  const file = `--set ${key}`
  const parts = key.split('.')
  const given = readWritten(value, file)
  const faults = parts.some(part => forbiddenKeys.has(part)) ? [{ message: `"${key}" is no key` }] : given.mistakes
  if (faults.length > 0) {
    for (const { message, hint } of faults) tree.mistakes.push({ message, at: { file }, ...(hint ? { hint } : {}) })
    return
  }
  tree.value ??= {}
  const holder = findHolder(tree, parts, file)
  if (holder === undefined) return
  holder[parts.at(-1)!] = given.value
  replacePositions(tree.written, parts, given.written, file)
}

/** The map or list that holds the last part of a key; undefined, with a mistake noted, when something else is in the way. */
function findHolder(tree: WrittenTree, parts: readonly string[], file: string): Record<string, unknown> | undefined {
  let holder = tree.value as Record<string, unknown>
  for (const [depth, part] of parts.entries()) {
    const sofar = parts.slice(0, depth).join('.') || 'the scenario'
    let fault: { message: string; hint?: string } | undefined
    if (typeof holder !== 'object' || holder === null)
      fault = { message: `${sofar} is ${JSON.stringify(holder)}, which has no keys`, hint: `set ${sofar} as a whole` }
    else if (Array.isArray(holder) && !(listIndex.test(part) && Number(part) <= holder.length))
      fault = { message: `${sofar} is a list of ${holder.length}: "${part}" is not one of its entries` }
    if (fault) {
      tree.mistakes.push({ ...fault, at: { file } })
      return undefined
    }
    if (depth === parts.length - 1) break
    if (holder[part] === undefined || holder[part] === null) {
      holder[part] = parts[depth + 1] === '0' ? [] : {}
      tree.written.set(pathKey(parts.slice(0, depth + 1)), { at: { file }, keyAt: { file }, text: '' })
    }
    holder = holder[part] as Record<string, unknown>
  }
  return holder
}

function replacePositions(
  written: Map<string, Written>,
  path: readonly string[],
  given: ReadonlyMap<string, Written>,
  file: string,
): void {
  const prefix = pathKey(path)
  for (const key of written.keys()) if (key === prefix || key.startsWith(`${prefix}\0`)) written.delete(key)
  const at = { file }
  written.set(prefix, { at, keyAt: at, text: '' })
  for (const [key, { text }] of given) written.set(key === '' ? prefix : `${prefix}\0${key}`, { at, keyAt: at, text })
}

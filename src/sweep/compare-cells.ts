import { nameHint } from '../lib/nearest-name.ts'
import { parseBytes } from '../lib/quantity.ts'
import type { Spec } from '../lib/registry.ts'
import { UserError } from '../lib/user-error.ts'
import { policies } from '../policies/index.ts'
import { libCacheSimSpecs } from '../policies/libcachesim.ts'
import type { TraceSummary } from '../traffic/request-source.ts'

/** A policy as it was asked for, and the spec that runs. */
export interface Contender {
  label: string
  spec: Spec
}

/** Reads `lru,slru:segments=5` or `all`; with `--compat libcachesim` that program's names. Throws UserError with every mistake. */
export function parseContenders(list: string, compat: string | undefined): Contender[] {
  if (compat !== undefined && compat !== 'libcachesim')
    throw new UserError({ message: `--compat ${compat}`, hint: 'libcachesim is the only one' })
  const names =
    list === 'all' ? (compat ? Object.keys(libCacheSimSpecs).filter(isOwnName) : policies.names) : split(list)
  if (names.length === 0) throw new UserError('--policy names none')
  return names.map(label => ({ label, spec: compat ? compatible(label) : check(label) }))
}

/** The table has several spellings of some names: each policy once. */
function isOwnName(name: string, index: number, names: readonly string[]): boolean {
  return names.findIndex(other => libCacheSimSpecs[other] === libCacheSimSpecs[name]) === index
}

function compatible(label: string): Spec {
  const spec = Object.hasOwn(libCacheSimSpecs, label.toLowerCase()) ? libCacheSimSpecs[label.toLowerCase()] : undefined
  if (spec !== undefined) return spec
  const [name = ''] = label.split(':')
  if (policies.names.includes(name)) return check(label)
  throw new UserError({
    message: `unknown policy "${label}"`,
    hint: nameHint(label, [...Object.keys(libCacheSimSpecs), ...policies.names]),
  })
}

function check(label: string): Spec {
  policies.choose(label)
  return label
}

function split(list: string): string[] {
  return [
    ...new Set(
      list
        .split(',')
        .map(part => part.trim())
        .filter(part => part !== ''),
    ),
  ]
}

/** Whether a size of the list is a share of the footprint, which only reading a trace tells. */
export function sizesNeedTrace(list: string): boolean {
  return split(list).some(asked => Number(asked) < 1)
}

/** The sizes of a list for one trace: shares of its footprint, bytes, or objects. Throws UserError. */
export function sizesFor(list: string, trace: TraceSummary, ignoreSize: boolean): { asked: string; size: number }[] {
  const sizes = split(list).map(asked => ({ asked, size: sizeOf(asked, trace, ignoreSize) }))
  if (sizes.length === 0) throw new UserError('--size names none')
  return sizes
}

function sizeOf(asked: string, { objects, footprintBytes, name }: TraceSummary, ignoreSize: boolean): number {
  const number = Number(asked)
  if (number > 0 && number < 1) {
    const size = Math.floor(number * (ignoreSize ? objects : footprintBytes))
    if (size < 1)
      throw new UserError(`--size ${asked}: that share of ${name} is less than ${ignoreSize ? 'an object' : 'a byte'}`)
    return size
  }
  if (Number.isSafeInteger(number) && number >= 1) return number
  const bytes = ignoreSize ? undefined : parseBytes(asked)
  if (bytes !== undefined && bytes > 0) return bytes
  throw new UserError({
    message: `--size ${asked} is no size`,
    hint: ignoreSize ? 'a share below 1 or a number of objects' : 'a share below 1, bytes, or such as 1GiB',
  })
}

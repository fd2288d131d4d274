import type { z } from 'zod'
import { nameHint } from './nearest-name.ts'
import { UserError } from './user-error.ts'

/** What every extension declares, whatever its kind: what it is called, what it is, where it comes from, what can be set. */
export interface Definition<Params = unknown> {
  name: string
  /** One line for lists and tables. */
  title: string
  /** Paper and algorithm, or standard and section. */
  source: string
  /** A zod object with a default for every parameter. */
  params: z.ZodType<Params>
}

/** A name with its parameters as a person writes it: `slru:segments=5` or `{ name: slru, segments: 5 }`. */
export type Spec = string | ({ name: string } & Record<string, unknown>)

/** An entry chosen by a spec, its parameters checked and completed. `label` names it in reports. */
export interface Choice<D> {
  definition: D
  params: unknown
  label: string
}

export interface Registry<D extends Definition> {
  noun: string
  entries: readonly D[]
  names: readonly string[]
  /** The entry and its parameters. Throws UserError with the nearest name, or the parameter that is wrong. */
  choose(spec: Spec): Choice<D>
  /** Puts an entry from outside the house behind the others. Throws UserError where its name is taken or is no name. */
  add(entry: D): void
}

/** A registry of one kind of extension; the order of the entries is the order of every list and table. */
export function createRegistry<D extends Definition<never> | Definition>(
  noun: string,
  entries: readonly D[],
): Registry<D & Definition> {
  const all = [...entries] as (D & Definition)[]
  const byName = new Map(all.map(entry => [entry.name, entry]))
  const names = [...byName.keys()]
  return {
    noun,
    entries: all,
    names,
    add(entry) {
      const { name } = entry
      if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name))
        throw new UserError(`${noun} "${name}": a name is small letters, digits and dashes`)
      if (byName.has(name)) throw new UserError(`there is a ${noun} "${name}" already`)
      all.push(entry)
      byName.set(name, entry)
      names.push(name)
    },
    choose(spec) {
      const { name, ...given } = typeof spec === 'string' ? parseSpec(spec) : spec
      const definition = byName.get(name)
      if (!definition)
        throw new UserError({ message: `unknown ${noun} "${name}"`, hint: nameHint(name, byName.keys()) })
      const parsed = definition.params.safeParse(given)
      if (!parsed.success)
        throw new UserError(
          parsed.error.issues.map(issue => ({
            message: `${noun} ${name}: ${issue.path.join('.') || 'parameters'}: ${issue.message}`,
          })),
        )
      return { definition, params: parsed.data, label: labelOf(name, given) }
    },
  }
}

function labelOf(name: string, given: Record<string, unknown>): string {
  const parts = Object.entries(given).map(([key, value]) => `${key}=${value}`)
  return parts.length === 0 ? name : `${name}:${parts.join(':')}`
}

/** Reads `name:key=value:key=value`; values that look like numbers or booleans become such. Throws UserError. */
export function parseSpec(text: string): { name: string } & Record<string, unknown> {
  const [name = '', ...pairs] = text.split(':')
  const params: Record<string, unknown> = {}
  for (const pair of pairs) {
    const cut = pair.indexOf('=')
    if (cut < 1) throw new UserError({ message: `"${text}": a parameter is written key=value, not "${pair}"` })
    const key = pair.slice(0, cut)
    if (key === 'name' || key === '__proto__') throw new UserError({ message: `"${text}": "${key}" is no parameter` })
    params[key] = readValue(pair.slice(cut + 1))
  }
  return { ...params, name }
}

function readValue(text: string): unknown {
  if (text === 'true') return true
  if (text === 'false') return false
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}

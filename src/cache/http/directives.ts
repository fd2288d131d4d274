import { isToken, membersOf } from './fields.ts'

/** The largest number of seconds that is told apart; more is this. Source: RFC 9111, 1.2.2. */
export const greatestDeltaSeconds = 2 ** 31

/** A directive whose argument is no number of seconds: it is treated as the shortest there is (RFC 9111, 4.2.1). */
export const invalidSeconds = -1

/**
 * Cache directives by name in lower case. `true`: without an argument; a text: its argument; `conflicting`: given several times
 * with different arguments.
 */
export type Directives = ReadonlyMap<string, string | true>

const conflicting = '\0conflicting'

/**
 * Reads Cache-Control: names in any case, arguments as tokens or quoted strings. A directive that is written wrongly keeps its
 * name with an argument that no reader accepts, so that `max-age =60` counts as a max-age without a valid number.
 * Source: RFC 9111, 5.2.
 */
export function parseCacheControl(text: string | undefined): Directives {
  const directives = new Map<string, string | true>()
  if (text === undefined) return directives
  for (const member of membersOf(text)) {
    const cut = member.indexOf('=')
    const written = cut < 0 ? member : member.slice(0, cut)
    const name = written.trim().toLowerCase()
    const argument = cut < 0 ? true : written === written.trim() ? argumentOf(member.slice(cut + 1)) : conflicting
    const before = directives.get(name)
    directives.set(name, before === undefined || before === argument ? argument : merged(name, before, argument))
  }
  return directives
}

/** The seconds of a directive: undefined when it is absent, `invalidSeconds` when its argument is no number. */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const argument = directives.get(name)
  if (argument === undefined) return undefined
  return argument === true ? invalidSeconds : (parseDeltaSeconds(argument) ?? invalidSeconds)
}

/** A whole number of seconds without a sign, clamped; undefined when it is none. Source: RFC 9111, 1.2.2. */
export function parseDeltaSeconds(text: string): number | undefined {
  return /^[0-9]+$/.test(text) ? Math.min(Number(text), greatestDeltaSeconds) : undefined
}

/** The fields that `no-cache="a, b"` or `private="a"` name, in lower case; undefined when the directive is absent or names none. */
export function fieldsNamedBy(directives: Directives, name: string): string[] | undefined {
  const argument = directives.get(name)
  if (argument === undefined || argument === true) return undefined
  const names = membersOf(argument).map(member => member.toLowerCase())
  return names.length > 0 && names.every(isToken) ? names : undefined
}

/** True when the directive is there for the whole response, not for named fields only. */
export function holdsForAll(directives: Directives, name: string): boolean {
  return directives.has(name) && fieldsNamedBy(directives, name) === undefined
}

/** Two different lists of fields are joined; any other contradiction is kept as one. */
function merged(name: string, before: string | true, argument: string | true): string | true {
  if (name !== 'no-cache' && name !== 'private') return conflicting
  return before === true || argument === true ? true : `${before}, ${argument}`
}

function argumentOf(text: string): string {
  if (!text.startsWith('"')) return isToken(text) ? text : conflicting
  return /^"(?:[^"\\]|\\.)*"$/.test(text) ? text.slice(1, -1).replace(/\\(.)/g, '$1') : conflicting
}

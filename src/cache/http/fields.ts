/**
 * Header or trailer fields as they came over the wire: name, value, name, value ... Order, case and repeated lines are kept, so
 * that what nobody here understands passes unchanged (RFC 9110, 5.1).
 */
export type Fields = readonly string[]

/** The values of each line of a field, in order. `name` is in lower case. */
export function linesOf(fields: Fields, name: string): string[] {
  const lines: string[] = []
  for (let at = 0; at < fields.length; at += 2) if (isNamed(fields[at]!, name)) lines.push(fields[at + 1]!)
  return lines
}

/** The first line of a field, or undefined. `name` is in lower case. */
export function lineOf(fields: Fields, name: string): string | undefined {
  for (let at = 0; at < fields.length; at += 2) if (isNamed(fields[at]!, name)) return fields[at + 1]
  return undefined
}

/** All lines of a field as one list, which means the same; undefined when it is absent. Source: RFC 9110, 5.3. */
export function combined(fields: Fields, name: string): string | undefined {
  const lines = linesOf(fields, name)
  return lines.length === 0 ? undefined : lines.join(', ')
}

/** The fields without those of some names (in lower case). */
export function without(fields: Fields, names: ReadonlySet<string>): string[] {
  const kept: string[] = []
  for (let at = 0; at < fields.length; at += 2)
    if (!names.has(fields[at]!.toLowerCase())) kept.push(fields[at]!, fields[at + 1]!)
  return kept
}

/** The members of a comma-separated list, trimmed, empty ones left out; commas in quoted strings don't count. Source: RFC 9110, 5.6.1. */
export function membersOf(list: string): string[] {
  if (!list.includes(',')) {
    const only = trimmed(list)
    return only === '' ? [] : [only]
  }
  const members: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at <= list.length; at++) {
    const letter = list[at]
    if (isQuoted && letter === '\\') at++
    else if (letter === '"') isQuoted = !isQuoted
    else if (at >= list.length || (letter === ',' && !isQuoted)) {
      const member = trimmed(list.slice(start, at))
      if (member !== '') members.push(member)
      start = at + 1
    }
  }
  return members
}

/** Without optional white space around it: spaces and tabs only. Source: RFC 9110, 5.6.3. */
export function trimmed(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '')
}

/** True for a token of RFC 9110, 5.6.2. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)
}

function isNamed(name: string, lowerCase: string): boolean {
  return name.length === lowerCase.length && (name === lowerCase || name.toLowerCase() === lowerCase)
}

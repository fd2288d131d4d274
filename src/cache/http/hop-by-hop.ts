import { type Fields, linesOf, membersOf } from './fields.ts'

/** Fields that are about one connection, with or without being named in Connection. Source: RFC 9110, 7.6.1, 11.7. */
const alwaysDropped = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** Fields that Connection must not name: whoever tries wants something removed that others rely on. */
const endToEnd = new Set([
  'age',
  'authorization',
  'cache-control',
  'content-length',
  'cookie',
  'host',
  'transfer-encoding',
])

/** The names in Connection, in lower case. */
export function connectionNames(fields: Fields): string[] {
  return linesOf(fields, 'connection').flatMap(line => membersOf(line).map(name => name.toLowerCase()))
}

/** The first name in Connection that has no business there, or undefined. Source: RFC 9110, 7.6.1. */
export function forbiddenConnectionName(names: readonly string[]): string | undefined {
  return names.find(name => endToEnd.has(name))
}

/** The fields that go beyond this hop. `isForeign` may drop more. Source: RFC 9110, 7.6.1. */
export function endToEndFields(fields: Fields, drops?: (name: string) => boolean): string[] {
  const named = connectionNames(fields)
  const kept: string[] = []
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!.toLowerCase()
    if (alwaysDropped.has(name) || name.startsWith('proxy-') || named.includes(name)) continue
    if (drops?.(name)) continue
    kept.push(fields[at]!, fields[at + 1]!)
  }
  return kept
}

/**
 * Request fields that could change an answer without being part of its key: `cdn` does not forward them. Each one that an
 * application heeds is a way to poison what others get.
 */
export function isUnkeyedRequestField(name: string): boolean {
  return (
    name.startsWith('x-forwarded') ||
    name.startsWith('x-original-') ||
    name.startsWith('x-rewrite-') ||
    name.startsWith('x-http-method') ||
    name === 'forwarded' ||
    name === 'x-host' ||
    name === 'x-method-override'
  )
}

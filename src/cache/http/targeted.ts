import { isInnerList, parseDictionary, Token } from 'structured-headers'
import type { Directives } from './directives.ts'
import { combined, type Fields } from './fields.ts'

const secondsDirectives = new Set(['max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error'])
/** The parser gives 9.0 and 9 as one number; only 9 is an Integer (RFC 8941, 3.3.1). */
const decimalSeconds = /(?:^|[\s,])(?:max-age|s-maxage|stale-while-revalidate|stale-if-error)=-?\d+\./
const plainDirectives = new Set(['no-store', 'must-revalidate', 'proxy-revalidate', 'must-understand', 'public'])

/**
 * The directives of CDN-Cache-Control, a structured-field dictionary, or undefined when Cache-Control and Expires decide: the
 * field is absent, empty, no dictionary, or gives a directive an argument of a type that it doesn't have.
 * Source: RFC 9213, 2.1 and 2.2; RFC 8941, 3.2.
 */
export function parseTargetedControl(fields: Fields): Directives | undefined {
  const text = combined(fields, 'cdn-cache-control')
  if (text === undefined || decimalSeconds.test(text)) return undefined
  const directives = new Map<string, string | true>()
  try {
    const dictionary = parseDictionary(text)
    if (dictionary.size === 0) return undefined
    for (const [name, member] of dictionary) {
      if (isInnerList(member)) {
        if (isKnown(name)) return undefined
        continue
      }
      const [value] = member
      if (secondsDirectives.has(name)) {
        if (!Number.isInteger(value)) return undefined
        directives.set(name, String(value))
      } else if (plainDirectives.has(name)) {
        if (typeof value !== 'boolean') return undefined
        if (value) directives.set(name, true)
      } else if (name === 'no-cache' || name === 'private') {
        if (typeof value === 'string') directives.set(name, value)
        else if (value === true) directives.set(name, true)
        else if (value !== false) return undefined
      } else directives.set(name, value instanceof Token ? value.toString() : true)
    }
  } catch {
    return undefined
  }
  return directives
}

function isKnown(name: string): boolean {
  return secondsDirectives.has(name) || plainDirectives.has(name) || name === 'no-cache' || name === 'private'
}

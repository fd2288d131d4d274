import { combined, type Fields, linesOf, membersOf } from './fields.ts'

/** The names in Vary, in lower case, all lines together. Source: RFC 9110, 12.5.5. */
export function varyNames(fields: Fields): string[] {
  return linesOf(fields, 'vary').flatMap(line => membersOf(line).map(name => name.toLowerCase()))
}

/** The names in Vary, each once, sorted: what a variant key is made of. */
export function sortedVary(fields: Fields): string[] {
  return [...new Set(varyNames(fields))].sort()
}

/**
 * The secondary key of a request for a response that varies by some fields (in lower case, sorted): two requests have the same
 * one exactly when each field matches after normalisation, or is absent from both. Each part is preceded by its length, so no
 * value can look like another. Source: RFC 9111, 4.1.
 */
export function variantKey(names: readonly string[], request: Fields): string {
  let key = ''
  for (const name of names) {
    const text = combined(request, name)
    const value = text === undefined ? undefined : normalisedField(name, text)
    key += value === undefined ? '-;' : `${value.length}:${value};`
  }
  return key
}

/**
 * A field's value in the one form that stands for all with the same meaning: lines joined, white space around members dropped.
 * Languages and codings are told apart neither by case nor by order, which counts for nothing between equal weights and nothing
 * between different ones. Source: RFC 9110, 5.6.1, 12.5.3, 12.5.4.
 */
export function normalisedField(name: string, text: string): string {
  const members = membersOf(text)
  if (name !== 'accept-language' && name !== 'accept-encoding') return members.join(',')
  return members
    .map(member =>
      member
        .toLowerCase()
        .replace(/[ \t]+/g, '')
        .replace(/;q=1(?:\.0*)?$/, '')
        .replace(/(;q=0\.\d*?)0+$/, '$1'),
    )
    .sort()
    .join(',')
}

/**
 * True when a request asks above all for the language that a stored response is in: the origin could choose nothing better.
 * Source: RFC 9110, 12.5.4; RFC 9111, 4.1 leaves the choice between stored responses to the cache.
 */
export function prefersLanguage(acceptLanguage: string | undefined, contentLanguage: string | undefined): boolean {
  if (acceptLanguage === undefined || contentLanguage === undefined) return false
  const ranked = membersOf(acceptLanguage).map(member => {
    const [range = '', ...parameters] = member.split(';').map(part => part.trim().toLowerCase())
    const weight = parameters.find(parameter => parameter.startsWith('q='))
    return { range, weight: weight === undefined ? 1 : Number(weight.slice(2)) }
  })
  const best = Math.max(...ranked.map(({ weight }) => weight))
  const wanted = ranked.filter(({ weight }) => weight === best)
  return best > 0 && wanted.length === 1 && wanted[0]!.range === contentLanguage.trim().toLowerCase()
}

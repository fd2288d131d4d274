import { lineOf } from '../cache/http/fields.ts'
import { primaryKey, readAuthority, readTarget } from '../cache/http/target.ts'
import type { FetchedResponse } from './errand.ts'

/**
 * Forgets what an unsafe request has changed: the responses of its own URI and, where they are of the same origin, those of
 * Location and Content-Location. Only an answer that is no error says that something changed. Source: RFC 9111, 4.4.
 */
export function invalidateAfter(
  { status, fields, reasonAgainst }: FetchedResponse,
  key: string,
  forget: (key: string) => void,
): void {
  if (status < 200 || status >= 400) return
  // An answer to POST that is itself stored for later GETs takes the place of what was held.
  if (reasonAgainst !== '') forget(key)
  for (const name of ['location', 'content-location']) {
    const other = keyOf(lineOf(fields, name), key)
    if (other !== undefined && other !== key) forget(other)
  }
}

/** True when a reference, seen from the resource of a key, names that same resource. */
export function isOwnUri(reference: string | undefined, key: string): boolean {
  return keyOf(reference, key) === key
}

/** The key of a URI reference seen from another key; undefined when it is of another origin, or none. */
function keyOf(reference: string | undefined, key: string): string | undefined {
  if (reference === undefined) return undefined
  const slash = key.indexOf('/')
  const host = key.slice(key.indexOf(':') + 1, slash)
  try {
    const url = new URL(reference, `http://${host === '' ? 'localhost' : host}${key.slice(slash)}`)
    if (host !== '' && readAuthority(url.host) !== host) return undefined
    const target = readTarget(url.pathname + url.search)
    return target && primaryKey(host, target.path)
  } catch {
    return undefined
  }
}

/** A request target in its one form. `authority` is present when the target was absolute. */
export interface Target {
  /** Path and query, beginning with a slash. */
  path: string
  authority: string | undefined
}

/** Octets of a target as it is written: no spaces, controls, fragments or backslashes, nothing beyond ASCII (RFC 9112, 3.2). */
const plain = /^[\x21\x22\x24-\x5b\x5d-\x7e]+$/
const unreserved = /[A-Za-z0-9\-._~]/

/**
 * Brings a request target into its one form, used for key and forwarding alike; undefined when it is refused. Percent-encodings
 * of letters, digits and `-._~` are undone, others written in capitals; dot segments are removed. Refused: malformed encodings,
 * encoded NUL, encoded line ends in the path, dot segments above the root or hidden by encoded slashes, user names.
 * Source: RFC 9112, 3.2; RFC 3986, 6.2.2.
 */
export function readTarget(written: string): Target | undefined {
  if (!plain.test(written)) return undefined
  let authority: string | undefined
  let rest = written
  if (!written.startsWith('/')) {
    const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(written)
    if (!absolute) return undefined
    authority = readAuthority(absolute[1]!)
    if (authority === undefined) return undefined
    rest = absolute[2]!.startsWith('/') ? absolute[2]! : `/${absolute[2]!}`
  }
  if (!rest.includes('%') && !rest.includes('/.')) return { path: rest, authority }
  const cut = rest.indexOf('?')
  const path = normalisedPath(cut < 0 ? rest : rest.slice(0, cut))
  const query = cut < 0 ? '' : normalisedEncodings(rest.slice(cut))
  if (path === undefined || query === undefined || query.includes('%00')) return undefined
  return { path: path + query, authority }
}

/** A host with an optional port, in lower case; undefined when it is empty or malformed. Source: RFC 9110, 4.2.3, 7.2. */
export function readAuthority(written: string): string | undefined {
  const match = /^([A-Za-z0-9\-._~%!$&'()*+,;=]+|\[[0-9A-Fa-f:.]+\])(?::(\d{0,5}))?$/.exec(written)
  if (!match || Number(match[2] ?? 0) > 65_535) return undefined
  const host = match[1]!.toLowerCase()
  const port = Number(match[2] || 80)
  return port === 80 ? host : `${host}:${port}`
}

/** The primary key of a response: the length of the host goes first, so that no pair of host and path looks like another. */
export function primaryKey(host: string, path: string): string {
  return `${host.length}:${host}${path}`
}

function normalisedEncodings(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined
  return text.replace(/%[0-9A-Fa-f]{2}/g, encoded => {
    const letter = String.fromCharCode(Number.parseInt(encoded.slice(1), 16))
    return unreserved.test(letter) ? letter : encoded.toUpperCase()
  })
}

function normalisedPath(written: string): string | undefined {
  const path = normalisedEncodings(written)
  if (path === undefined || /%0[0AD]/.test(path)) return undefined
  const segments: string[] = []
  const parts = path.slice(1).split('/')
  for (const [index, part] of parts.entries()) {
    if (part.split(/%2F|%5C/).some(hidden => hidden === '.' || hidden === '..') && part !== '.' && part !== '..')
      return undefined
    if (part === '..') {
      if (segments.length === 0) return undefined
      segments.pop()
    } else if (part !== '.') segments.push(part)
    if ((part === '.' || part === '..') && index === parts.length - 1) segments.push('')
  }
  return `/${segments.join('/')}`
}

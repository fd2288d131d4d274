// Names come from files and from the network. Before they are shown they are made harmless, here and nowhere else.

/** Control characters, terminal escapes, marks that turn text around, and what has no width: shown as \u{…}. */
const unsafe = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu

/** A name for a terminal or plain text: nothing in it moves the cursor, changes colours or turns the line around. */
export function inertText(name: string): string {
  return name.replace(unsafe, letter => `\\u{${letter.codePointAt(0)!.toString(16)}}`)
}

/** The same for text of several lines: its tabs and line ends stay. */
export function inertLines(text: string): string {
  return text.replace(/[^\t\n]+/g, inertText)
}

/** The same data with every text in it made harmless for a terminal. */
export function inertStrings<Data>(data: Data): Data {
  const inert = (value: unknown): unknown => {
    if (typeof value === 'string') return inertText(value)
    if (Array.isArray(value)) return value.map(inert)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [inertText(key), inert(part)]))
  }
  return inert(data) as Data
}

/** A cell of CSV (RFC 4180): quoted where needed; a name that a spreadsheet would run as a formula gets an apostrophe. */
export function inertCsv(cell: string | number | null): string {
  if (cell === null || (typeof cell === 'number' && !Number.isFinite(cell))) return ''
  if (typeof cell === 'number') return String(cell)
  const text = inertText(cell)
  const harmless = /^[=+\-@]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** A name inside a Markdown table. */
export function inertMarkdown(name: string): string {
  return inertText(name).replace(/[\\`*_{}[\]<>()#+\-.!|~&]/g, mark => `\\${mark}`)
}

/** A name inside HTML, as text or as an attribute in quotes. */
export function inertHtml(name: string): string {
  return inertText(name).replace(/[&<>"']/g, mark => `&#${mark.charCodeAt(0)};`)
}

/** Data inside a script element: no text in it can end the element. */
export function inertJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    mark => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

// What a client sent can neither end a line of a log nor reach a terminal.

/** A value as one line of JSON, everything beyond printable ASCII an escape: no line separators, no direction marks. */
export function inertJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, letter => `\\u${hexOf(letter, 4)}`)
}

/** A text between quotes, as logs of the combined format have them. */
export function inertQuoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(/[^\x20-\x7e]/g, asHex)}"`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `12/Mar/2020:19:03:58 +0000`, the time of the common log format, of milliseconds since 1970. */
export function commonLogTime(ms: number): string {
  const date = new Date(ms)
  const day = `${String(date.getUTCDate()).padStart(2, '0')}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}`
  return `${day}:${date.toISOString().slice(11, 19)} +0000`
}

function asHex(letter: string): string {
  return letter.charCodeAt(0) < 256 ? `\\x${hexOf(letter, 2)}` : `\\u${hexOf(letter, 4)}`
}

function hexOf(letter: string, digits: number): string {
  return letter.charCodeAt(0).toString(16).padStart(digits, '0')
}

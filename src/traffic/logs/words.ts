import { textOf } from '../traces/cells.ts'

/** No more words are remembered: a field with more of them is none of the few that come again and again. */
const mostWords = 1 << 12

/** Turns bytes into text for fields that hold few different words, each of which is made once. */
export function createWords(): (bytes: Uint8Array, start: number, end: number) => string {
  const known = new Map<number, string>()
  return (bytes, start, end) => {
    let hash = end - start
    for (let index = start; index < end; index++) hash = Math.imul(hash, 0x01000193) ^ bytes[index]!
    const found = known.get(hash)
    if (found !== undefined && isSame(found, bytes, start, end)) return found
    const text = textOf(bytes, start, end)
    if (known.size < mostWords) known.set(hash, text)
    return text
  }
}

function isSame(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) !== bytes[start + index]) return false
  return true
}

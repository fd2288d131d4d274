import type { Fields } from '../cache/http/fields.ts'

const greatestTexts = 4096
const longestText = 48
const texts = new Map<string, string>()

/** The same fields made of texts that stored responses share: names and short values repeat from response to response. */
export function sharedTexts(fields: Fields): string[] {
  return fields.map(text => {
    if (text.length > longestText) return text
    const known = texts.get(text)
    if (known !== undefined) return known
    if (texts.size < greatestTexts) texts.set(text, text)
    return text
  })
}

import { UserError } from '../../lib/user-error.ts'
import { cloudflare } from './cloudflare.ts'
import { cloudfront } from './cloudfront.ts'
import { cloudfrontJson } from './cloudfront-json.ts'
import { combined } from './combined.ts'
import { fastly } from './fastly.ts'
import { createLogFormats, type LogFormat } from './format.ts'

/** The registry of log formats. */
export const logFormats = createLogFormats([cloudfront, cloudfrontJson, cloudflare, fastly, combined])

/** The format of a log by its first lines. Throws UserError when none or more than one fits. What the lines hold is not repeated. */
export function detectLogFormat(head: Uint8Array, file: string): LogFormat {
  const text = new TextDecoder().decode(head).replace(/^\ufeff/, '')
  const fitting = logFormats.entries.filter(format => format.looksLike(text))
  if (fitting.length === 1) return fitting[0]!
  const known = `--format names it: ${logFormats.names.join(', ')}; or --log-format '...' describes it`
  if (fitting.length > 1)
    throw new UserError({
      message: `the first lines could be of ${fitting.map(({ name }) => name).join(' or ')}`,
      at: { file },
      hint: known,
    })
  throw new UserError({ message: `the first lines are of no known log: ${shapeOf(text)}`, at: { file }, hint: known })
}

/** What a text looks like, without what it says. */
function shapeOf(text: string): string {
  const [first = ''] = text.split('\n')
  if (text === '') return 'the file is empty'
  if (/^\s*\{/.test(first)) {
    const keys = [...first.matchAll(/"([\w()-]{1,40})"\s*:/g)].slice(0, 8).map(([, key]) => key)
    return `JSON with the keys ${keys.join(', ')}`
  }
  if (first.includes('\0')) return 'it is not text'
  return `text of ${first.split('\t').length} columns between tabs, ${first.split(' ').length} between spaces`
}

import type { ServerResponse } from 'node:http'
import { type CacheStatus, formatCacheStatus } from '../cache/http/cache-status.ts'
import { type Fields, lineOf, without } from '../cache/http/fields.ts'
import { type ByteRange, formatContentRange, holdsIfRange, selectRanges } from '../cache/http/ranges.ts'
import { fieldsOfNotModified, isNotModified } from '../cache/http/validators.ts'
import type { Ms } from '../lib/clock.ts'
import type { RequestHead } from './request-head.ts'
import { sliceOfPart } from './store-part.ts'
import type { StoredResponse } from './stored-response.ts'

/** Fields of a whole answer that say something else in a partial one. */
const wholeFields = new Set(['content-length', 'content-range'])
const typedFields = new Set(['content-length', 'content-range', 'content-type'])
/** Separates the parts of a multipart answer; drawn once per process from what the bodies can't foresee. */
const boundary = `cdnlab-${process.hrtime.bigint().toString(36)}${process.pid.toString(36)}`

/** What goes with an answer from the shelf. */
export interface StoredAnswer {
  head: RequestHead
  stored: StoredResponse
  cacheName: string
  status: CacheStatus
  /** Own lines to add: Server-Timing and the like. */
  extra: Fields
  now: Ms
}

/**
 * Answers from the shelf: whole, or 304 when the client holds it already, or the ranges that it asks for. Answers the bytes of
 * the body. Source: RFC 9111, 4.3.2; RFC 9110, 13, 14, 15.4.5.
 */
export function answerStored(response: ServerResponse, answer: StoredAnswer): number {
  const { head, stored, now } = answer
  if (stored.status === 200 && stored.part === undefined) {
    if (head.isConditional && isNotModified(head.fields, stored.fields, now)) {
      response.writeHead(304, 'Not Modified', [...fieldsOfNotModified(stored.fields), ...ownFields(answer)])
      response.end()
      return 0
    }
    if (head.range !== undefined && head.method === 'GET') {
      const ranges = holdsIfRange(lineOf(head.fields, 'if-range'), stored.fields, now)
        ? selectRanges(head.range, stored.body.length)
        : 'whole'
      if (ranges !== 'whole') return answerRanges(response, answer, ranges)
    }
  }
  if (stored.part !== undefined) return answerPart(response, answer)
  response.writeHead(stored.status, stored.reason, [...stored.framedFields(), ...ownFields(answer)])
  if (head.method === 'HEAD') {
    response.end()
    return 0
  }
  response.end(stored.body)
  return stored.body.length
}

/** True when a stored part can answer this request. */
export function holdsWhatIsAsked(stored: StoredResponse, head: RequestHead, now: Ms): boolean {
  if (stored.part === undefined) return true
  if (head.method !== 'GET' || head.range === undefined || head.isConditional) return false
  return (
    holdsIfRange(lineOf(head.fields, 'if-range'), stored.fields, now) && sliceOfPart(stored, head.range) !== undefined
  )
}

function ownFields({ stored, cacheName, status, extra, now }: StoredAnswer): string[] {
  return ['Age', String(stored.ageSeconds(now)), 'Cache-Status', formatCacheStatus(cacheName, status), ...extra]
}

function answerPart(response: ServerResponse, answer: StoredAnswer): number {
  const slice = sliceOfPart(answer.stored, answer.head.range!)!
  const fields = [...without(answer.stored.fields, wholeFields), 'Content-Range', slice.contentRange]
  fields.push('Content-Length', String(slice.body.length), ...ownFields(answer))
  response.writeHead(206, 'Partial Content', fields)
  response.end(slice.body)
  return slice.body.length
}

function answerRanges(response: ServerResponse, answer: StoredAnswer, ranges: ByteRange[] | 'unsatisfiable'): number {
  const { body, fields: stored } = answer.stored
  if (ranges === 'unsatisfiable') {
    const fields = [...without(stored, typedFields), 'Content-Range', `bytes */${body.length}`, 'Content-Length', '0']
    response.writeHead(416, 'Range Not Satisfiable', [...fields, ...ownFields(answer)])
    response.end()
    return 0
  }
  const [only] = ranges
  if (only !== undefined && ranges.length === 1) {
    const piece = body.subarray(only.first, only.last + 1)
    const fields = [...without(stored, wholeFields), 'Content-Range', formatContentRange(only, body.length)]
    fields.push('Content-Length', String(piece.length), ...ownFields(answer))
    response.writeHead(206, 'Partial Content', fields)
    response.end(piece)
    return piece.length
  }
  const bytes = multipart(body, ranges, lineOf(stored, 'content-type'))
  const type = `multipart/byteranges; boundary=${boundary}`
  const fields = [...without(stored, typedFields), 'Content-Type', type, 'Content-Length', String(bytes.length)]
  response.writeHead(206, 'Partial Content', [...fields, ...ownFields(answer)])
  response.end(bytes)
  return bytes.length
}

/** Several parts in one body. Source: RFC 9110, 14.6. */
function multipart(body: Buffer, ranges: ByteRange[], type: string | undefined): Buffer {
  const pieces: Buffer[] = []
  for (const range of ranges) {
    const typeLine = type === undefined ? '' : `Content-Type: ${type}\r\n`
    const rangeLine = `Content-Range: ${formatContentRange(range, body.length)}\r\n`
    pieces.push(Buffer.from(`\r\n--${boundary}\r\n${typeLine}${rangeLine}\r\n`, 'latin1'))
    pieces.push(body.subarray(range.first, range.last + 1))
  }
  pieces.push(Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'))
  return Buffer.concat(pieces)
}

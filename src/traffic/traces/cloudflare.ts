import { z } from 'zod'
import { UserError } from '../../lib/user-error.ts'
import { idHalves, parseName, textOf, unixSeconds } from './cells.ts'
import type { RowSink, TraceFormat, TraceParser } from './format.ts'
import { createLineParser } from './lines.ts'
import { objectName } from './object-name.ts'

/**
 * Cloudflare's Logpush of HTTP requests: a JSON object a line. Read are `EdgeStartTimestamp` (RFC 3339, or Unix seconds or nanoseconds),
 * `ClientRequestMethod`, `ClientRequestHost`, `ClientRequestURI` (else the path), `EdgeResponseBodyBytes` (else `EdgeResponseBytes`),
 * and the visitor's `ClientLatitude` and `ClientLongitude`, which are strings.
 */
export const cloudflare: TraceFormat = {
  name: 'cloudflare',
  title: 'Cloudflare Logpush of http_requests, JSON lines',
  source: 'Cloudflare Logs: http_requests dataset',
  params: z.strictObject({}),
  looksLike: head =>
    /^\s*\{/.test(textOf(head, 0, 80)) && /"(?:Edge|Client)[A-Z]\w+"/.test(textOf(head, 0, head.length)),
  createParser: (sink, { file }) => createCloudflareParser(file, sink),
}

function createCloudflareParser(file: string, sink: RowSink): TraceParser {
  return createLineParser(file, (bytes, start, end, line) => {
    const fields = readObject(textOf(bytes, start, end), file, line)
    const timeS = secondsOf(fields.EdgeStartTimestamp)
    const uri = fields.ClientRequestURI ?? fields.ClientRequestPath
    const size = Number(fields.EdgeResponseBodyBytes ?? fields.EdgeResponseBytes ?? Number.NaN)
    if (Number.isNaN(timeS))
      throw new UserError({ message: 'EdgeStartTimestamp is missing or no time', at: { file, line } })
    if (typeof uri !== 'string')
      throw new UserError({ message: 'neither ClientRequestURI nor ClientRequestPath', at: { file, line } })
    if (!(size >= 0))
      throw new UserError({
        message: 'neither EdgeResponseBodyBytes nor EdgeResponseBytes is a size',
        at: { file, line },
      })
    parseName(objectName(String(fields.ClientRequestMethod ?? 'GET'), `${fields.ClientRequestHost ?? ''}${uri}`))
    sink.row(timeS, idHalves.low, idHalves.high, size, degrees(fields.ClientLatitude), degrees(fields.ClientLongitude))
  })
}

function readObject(text: string, file: string, line: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Said below, with the line.
  }
  throw new UserError({ message: 'the line is no JSON object', at: { file, line } })
}

function secondsOf(stamp: unknown): number {
  if (typeof stamp === 'number') return unixSeconds(stamp)
  if (typeof stamp !== 'string') return Number.NaN
  return /^\d+$/.test(stamp) ? unixSeconds(Number(stamp)) : Date.parse(stamp) / 1000
}

function degrees(value: unknown): number {
  return value === undefined || value === null || value === '' ? Number.NaN : Number(value)
}

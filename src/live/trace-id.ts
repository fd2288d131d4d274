import { randomBytes } from 'node:crypto'
import { type Fields, lineOf } from '../cache/http/fields.ts'
import type { Ms } from '../lib/clock.ts'

export const traceField = 'X-Amzn-Trace-Id'

/** The fields with a trace's id, by which gateway, function and table tell that they work for the same request. One that came stays. */
export function tracedFields(fields: Fields, now: Ms): Fields {
  if (lineOf(fields, traceField.toLowerCase()) !== undefined) return fields
  return [...fields, traceField, createTraceId(now)]
}

/** A new id: version, seconds in hex, 96 random bits. Source: AWS X-Ray Developer Guide, "Tracing header". */
export function createTraceId(now: Ms): string {
  const seconds = Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0')
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')}`
}

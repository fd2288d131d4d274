import { createRegistry, type Definition } from '../../lib/registry.ts'
import type { LogRow } from './log-row.ts'
import type { Salt } from './names.ts'

export interface LogOptions {
  salt: Salt
  /** Whether two queries of one path are two objects. */
  withQuery: boolean
  /** Whether rows carry the address, for a look-up in a GeoIP file. */
  withAddress: boolean
}

/**
 * Reads one line into a row: true when the row is filled, false for a line that is no request, or a sentence that says what is wrong. The
 * sentence must not repeat what the line holds: that may be personal.
 */
export type ReadLine = (bytes: Uint8Array, start: number, end: number, row: LogRow) => boolean | string

export interface LogFormat extends Definition<object> {
  /** Whether the first lines of a file may be of this format. */
  looksLike(head: string): boolean
  createReader(options: LogOptions): ReadLine
}

/** A registry of log formats. */
export function createLogFormats(formats: readonly LogFormat[]) {
  return createRegistry<LogFormat>('log format', formats)
}

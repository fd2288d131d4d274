import { createRegistry, type Definition } from '../../lib/registry.ts'

/**
 * Takes the requests of a trace, one after the other. An object id is 64 bits in two halves of 32, signed or not: numbers as they are,
 * names hashed.
 * `lat` and `lon` are NaN where the trace does not say.
 */
export interface RowSink {
  row(timeS: number, idLow: number, idHigh: number, bytes: number, lat: number, lon: number): void
}

/** Reads a trace that comes in pieces cut anywhere. Throws UserError with record, line or byte offset. */
export interface TraceParser {
  push(bytes: Uint8Array): void
  /** The trace is over: what is left of a record is a mistake. */
  end(): void
}

export interface TraceOptions {
  /** Name of the trace for messages. */
  file: string
  /** For text formats: which column holds what. */
  columns: Readonly<Record<string, string>>
  delimiter?: string
}

export interface TraceFormat extends Definition<object> {
  /** Whether the first bytes of a file may be of this format. */
  looksLike(head: Uint8Array, fileName: string): boolean
  createParser(sink: RowSink, options: TraceOptions): TraceParser
}

/** A registry of trace formats; the first that recognises a file reads it. */
export function createFormats(formats: readonly TraceFormat[]) {
  return createRegistry<TraceFormat>('trace format', formats)
}

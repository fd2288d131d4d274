import type { RecordLayout, RowColumns, RowsTaken } from '../../kernels/numbering.ts'
import { createRegistry, type Definition } from '../../lib/registry.ts'

/**
 * Takes the requests of a trace, one after the other. An object id is 64 bits in two halves of 32, signed or not: numbers as they are,
 * names hashed.
 * `lat` and `lon` are NaN where the trace does not say. `isPass` tells, where the trace does, that the object must not be stored.
 */
export interface RowSink {
  row(timeS: number, idLow: number, idHigh: number, bytes: number, lat: number, lon: number, isPass?: boolean): void
  /** A sink that needs no coordinates may read many requests at a time itself; a parser then gives it what is plain enough. */
  bulk?: BulkSink
}

/** Reads requests by itself, in order with those that it is given one by one. */
export interface BulkSink {
  /** Takes records of a fixed size that lie one after the other. */
  records(bytes: Uint8Array, offset: number, count: number, layout: RecordLayout): void
  /** Takes lines from `from` up to `to`, before which a line ends, as long as their columns are plain numbers. */
  plainRows(bytes: Uint8Array, from: number, to: number, columns: RowColumns, separator: number): RowsTaken
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
  /** Where all records are of one size and nothing else is in a file. */
  recordBytes?: number
  /** Whether the first bytes of a file may be of this format. */
  looksLike(head: Uint8Array, fileName: string): boolean
  createParser(sink: RowSink, options: TraceOptions): TraceParser
}

/** A registry of trace formats; the first that recognises a file reads it. */
export function createFormats(formats: readonly TraceFormat[]) {
  return createRegistry<TraceFormat>('trace format', formats)
}

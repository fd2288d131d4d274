import type { SharedTrace } from '../files/trace-source.ts'
import type { Override } from '../scenario/override.ts'

/** A trace by its content: the hash names it on every machine, the path says where it lies on one of them. */
export interface TraceFile {
  path: string
  /** SHA-256 in hex, of the file as it lies on the disk. */
  hash: string
  bytes: number
}

/** A price list of a person's own. */
export interface PriceFile {
  file: string
  text: string
}

/** A trace as a scenario reads it. */
export interface TraceReading extends TraceFile {
  /** Hash of the content together with what decides how it is read: traces of one reading are one in memory. */
  reading: string
}

/** A cell as it is sent to a worker: the recipe and not the plan, which is a hundred times larger. */
export interface CellTask {
  text: string
  file: string
  /** The price file that the scenario names, whole; not there for shipped prices, or none. */
  prices?: PriceFile | undefined
  overrides: Override[]
  trace: TraceReading | undefined
  /** The trace as it was read for all threads of this machine. */
  shared?: SharedTrace
  /** Half width of the hit ratio's interval that the replications must reach; undefined: as many as the scenario says. */
  precision: number | undefined
}

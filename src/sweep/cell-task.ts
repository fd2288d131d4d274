import type { Override } from '../scenario/override.ts'

/** A trace by its content: the hash names it on every machine, the path says where it lies on one of them. */
export interface TraceFile {
  path: string
  /** SHA-256 in hex, of the file as it lies on the disk. */
  hash: string
  bytes: number
}

/** A cell as it is sent to a worker: the recipe and not the plan, which is a hundred times larger. */
export interface CellTask {
  text: string
  file: string
  overrides: Override[]
  trace: TraceFile | undefined
  /** Half width of the hit ratio's interval that the replications must reach; undefined: as many as the scenario says. */
  precision: number | undefined
}

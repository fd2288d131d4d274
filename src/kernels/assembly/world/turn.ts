import { Edge, serve, warmEdge } from './edge'
import { blockRows, countRows } from './tally'

/** A shorter turn does not pay for the memory that is read ahead for it. */
const warmRows: u32 = 1024

/** The turn of one edge: sees to its requests in sorted rows `from` to `to` - 1 and counts them. `first` is the number of row 0. */
export function serveTurn(edge: Edge, number: u32, first: f64, from: u32, to: u32): void {
  if (to - from > warmRows) warmEdge(edge)
  for (let row = from; row < to; row += blockRows) {
    const rows = min<u32>(blockRows, to - row)
    serve(edge, row, rows)
    countRows(number, first as u64, row, rows)
  }
}

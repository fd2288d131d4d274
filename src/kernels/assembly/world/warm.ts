const lineBytes: usize = 64
/** Takes sums that mean nothing, so that the reads are not optimised away. */
let sink: u32 = 0

/** Reads a word of each line of some memory: in order, so that the processor fetches the lines before they are read. */
export function warm(from: usize, bytes: usize): void {
  let sum: u32 = 0
  for (let at = from, end = from + bytes; at < end; at += lineBytes) sum ^= load<u32>(at)
  sink ^= sum
}

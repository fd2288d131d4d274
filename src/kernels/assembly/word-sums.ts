import { take } from './run'

// Bytes of the marked positions of a time line up to one. The words of 64 positions that are complete stand in a tree of sums; only within
// a word are positions looked at one by one. Source: P. Fenwick: A new data structure for cumulative frequency tables, 1994.

/** Bytes at each position. */
let bytesAt: usize = 0
/** Node i, from 1: bytes of as many words up to word i - 1 as the lowest bit of i says. */
let nodes: usize = 0
let complete: u32 = 0

export function openWordSums(positions: u32): void {
  bytesAt = take(((positions as u64) + 64) << 2)
  nodes = take((((positions as u64) >> 6) + 2) << 3)
}

export function clearWordSums(): void {
  complete = 0
}

@inline
export function bytesOfPosition(position: u32): u32 {
  return load<u32>(bytesAt + ((position as usize) << 2))
}

@inline
export function setBytes(position: u32, bytes: u32): void {
  store<u32>(bytesAt + ((position as usize) << 2), bytes)
}

@inline
function node(index: u32): usize {
  return nodes + ((index as usize) << 3)
}

/** Bytes of the positions of a word that are among the given ones. */
@inline
function sumOf(word: u32, among: u64): u64 {
  const first = bytesAt + ((word as usize) << 8)
  let sum: u64 = 0
  for (let left = among; left != 0; left &= left - 1) sum += load<u32>(first + ((ctz<u64>(left) as usize) << 2))
  return sum
}

/** Takes the next word into the tree, with the marks that it has now. */
export function completeWord(marks: u64): void {
  let sum = sumOf(complete, marks)
  const index = ++complete
  for (let child: u32 = 1; (index & child) == 0; child <<= 1) sum += load<u64>(node(index - child))
  store<u64>(node(index), sum)
}

/** Bytes of the marked positions up to one in a word with these marks. */
@inline
export function bytesUpTo(position: u32, marks: u64): u64 {
  const word = position >> 6
  let sum = sumOf(word, marks & ((-1 as u64) >> (63 - ((position & 63) as u64))))
  for (let index = word; index > 0; index &= index - 1) sum += load<u64>(node(index))
  return sum
}

/** Takes away the bytes of a position whose mark goes. */
@inline
export function takeBytes(position: u32): void {
  const bytes = bytesOfPosition(position) as u64
  const last = complete
  for (let index = (position >> 6) + 1; index <= last; index += index & (0 - index))
    store<u64>(node(index), load<u64>(node(index)) - bytes)
}

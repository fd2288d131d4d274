import { take } from './run'

// A line of positions of which some are marked, and how many marks lie up to one. Positions are marked at the end only, and unmarked
// anywhere. Over the words of 64 marks stand nodes of 32 children; each child knows the marks of those before it in its node. So counting
// adds up one number a level, marking at the end changes none, and unmarking takes one from all the later children: a few vectors.

/** Positions below a child, as a shift, at the four levels. */
const wordShift: u32 = 6
const secondShift: u32 = 11
const thirdShift: u32 = 16
const fourthShift: u32 = 21
/** The longest line. */
export const mostPositions: u32 = 1 << 26

let marks: usize = 0
/** Marks before a child in its node: 16 bits for the lower two levels, 32 for the upper two. */
let first: usize = 0
let second: usize = 0
let third: usize = 0
let fourth: usize = 0
let hasFourth: bool = false

export function openTimeLine(positions: u32): void {
  marks = take(((positions as u64) >> 3) + 8)
  first = take(((positions as u64) >> wordShift) * 2 + 64)
  second = take(((positions as u64) >> secondShift) * 2 + 64)
  third = take(((positions as u64) >> thirdShift) * 4 + 128)
  fourth = take(((positions as u64) >> fourthShift) * 4 + 128)
  hasFourth = positions > 1 << fourthShift
}

@inline
export function wordAt(position: u32): usize {
  return marks + (((position >> wordShift) as usize) << 3)
}

/** Marks from the beginning up to a position. */
@inline
export function marksUpTo(position: u32): u32 {
  const inWord = load<u64>(wordAt(position)) << (63 - ((position & 63) as u64))
  return (
    (popcnt<u64>(inWord) as u32) +
    (load<u16>(first + (((position >> wordShift) as usize) << 1)) as u32) +
    (load<u16>(second + (((position >> secondShift) as usize) << 1)) as u32) +
    load<u32>(third + (((position >> thirdShift) as usize) << 2)) +
    load<u32>(fourth + (((position >> fourthShift) as usize) << 2))
  )
}

/** Marks a position; the ones before must have been marked, and perhaps unmarked, in their order from 1. */
@inline
export function markNext(position: u32): void {
  if ((position & 63) == 0) beginWord(position)
  const word = wordAt(position)
  store<u64>(word, load<u64>(word) | ((1 as u64) << (position as u64)))
}

/** Takes all marks away: the next position is 1 again. */
export function clearTimeLine(): void {
  store<u64>(marks, 0)
}

/** The first position of a word: tells it, and the children that begin with it, how many marks of their node lie before them. */
function beginWord(position: u32): void {
  const all = marksUpTo(position - 1)
  store<u64>(wordAt(position), 0)
  const atFourth = fourth + (((position >> fourthShift) as usize) << 2)
  if (begins(position, fourthShift)) store<u32>(atFourth, all)
  let rest = all - load<u32>(atFourth)
  const atThird = third + (((position >> thirdShift) as usize) << 2)
  if (begins(position, thirdShift)) store<u32>(atThird, rest)
  rest -= load<u32>(atThird)
  const atSecond = second + (((position >> secondShift) as usize) << 1)
  if (begins(position, secondShift)) store<u16>(atSecond, rest as u16)
  rest -= load<u16>(atSecond) as u32
  store<u16>(first + (((position >> wordShift) as usize) << 1), rest as u16)
}

@inline
function begins(position: u32, shift: u32): bool {
  return (position & ((1 << shift) - 1)) == 0
}

/** Takes a mark away. */
@inline
export function unmark(position: u32): void {
  const word = wordAt(position)
  store<u64>(word, load<u64>(word) & ~((1 as u64) << (position as u64)))
  lowerShorts(first + (((position >> secondShift) as usize) << 6), (position >> wordShift) & 31)
  lowerShorts(second + (((position >> thirdShift) as usize) << 6), (position >> secondShift) & 31)
  lowerWords(third + (((position >> fourthShift) as usize) << 7), (position >> thirdShift) & 31)
  if (hasFourth) lowerWords(fourth, (position >> fourthShift) & 31)
}

/** Takes 1 from the 16-bit numbers behind a child in its node of 32. */
@inline
function lowerShorts(node: usize, child: u32): void {
  const at = i16x8.splat(child as i16)
  v128.store(node, i16x8.add(v128.load(node), i16x8.gt_s(i16x8(0, 1, 2, 3, 4, 5, 6, 7), at)))
  v128.store(node, i16x8.add(v128.load(node, 16), i16x8.gt_s(i16x8(8, 9, 10, 11, 12, 13, 14, 15), at)), 16)
  v128.store(node, i16x8.add(v128.load(node, 32), i16x8.gt_s(i16x8(16, 17, 18, 19, 20, 21, 22, 23), at)), 32)
  v128.store(node, i16x8.add(v128.load(node, 48), i16x8.gt_s(i16x8(24, 25, 26, 27, 28, 29, 30, 31), at)), 48)
}

/** Takes 1 from the 32-bit numbers behind a child in its node of 32. */
@inline
function lowerWords(node: usize, child: u32): void {
  const at = i32x4.splat(child as i32)
  const four = i32x4.splat(4)
  let children = i32x4(0, 1, 2, 3)
  for (let end = node + 128; node < end; node += 16) {
    v128.store(node, i32x4.add(v128.load(node), i32x4.gt_s(children, at)))
    children = i32x4.add(children, four)
  }
}

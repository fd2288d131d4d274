import { capacity, objects, ringRows, sized, take } from './run'

// Lists for policies with several of them. Each object has one tag: the list that it is in and its position there. Going to the head
// or to another list writes a new entry and a new tag; the old entry is stale. A bit for each entry says whether it is, so that the tail
// passes by 64 stale ones at a time and asks no object.

/** Low bits of a tag: the list, from 1. A tag of 0 is in no list. */
export const listBits: u32 = 3
export const listMask: u32 = 7

/** Rows of all objects: the tag, and with sizes the size at insertion beside it. */
let rows: usize = 0

export function openRows(): void {
  rows = take((objects as u64) << (sized ? 3 : 2))
}

/** Where the tag of an object lies, and behind it its size. */
@inline
export function rowOf(id: u32, withSizes: bool): usize {
  return rows + ((id as usize) << (withSizes ? 3 : 2))
}

/** Requests whose tags are read ahead together. */
const blockBytes: usize = 64 << 2
let sink: u32 = 0

/** At the beginning of a block of requests reads their tags, all at a time: alone, each would wait for memory behind a branch. */
@inline
export function readAhead(requests: usize, at: usize, end: usize, withSizes: bool): void {
  if ((at & (blockBytes - 1)) == 0) readTags(requests + at, min<usize>(end - at, blockBytes), withSizes)
}

function readTags(from: usize, bytes: usize, withSizes: bool): void {
  let all: u32 = 0
  for (let at = from, end = from + bytes; at < end; at += 4) all |= load<u32>(rowOf(load<u32>(at), withSizes))
  // What is read must be for something, or the compiler leaves it out.
  sink = all
}

@inline
export function sizeAt(row: usize, withSizes: bool): u32 {
  return withSizes ? load<u32>(row, 4) : 1
}

@unmanaged
export class LazyQueue {
  ring: usize
  /** A bit for each entry of the ring, cleared when it is stale. Behind the tail they mean nothing, and before the head all are set. */
  current: usize
  mask: u32
  /** Position of the newest entry, from 1, and of the last that the tail has passed. */
  head: u32
  tail: u32
  list: u32
  /** Bytes of the objects in the list. */
  bytes: i64

  /** Puts an object at the head that is in no list, or was dropped from its own. */
  @inline
  push(id: u32, row: usize, withSizes: bool): void {
    const position = ++this.head
    if ((position & 63) == 0) this.beginWord(withSizes)
    this.put(id, row, this.head)
  }

  @inline
  private put(id: u32, row: usize, position: u32): void {
    store<u32>(this.ring + (((position & this.mask) as usize) << 2), id)
    store<u32>(row, (position << listBits) | this.list)
  }

  /** The head is at the first position of a word: closes the ring up where it is full, and sets the bits of the word. */
  private beginWord(withSizes: bool): void {
    if (this.head - this.tail + 64 > this.mask) {
      this.head--
      this.close(withSizes)
      this.head++
    }
    store<u64>(this.wordOf(this.head), -1)
  }

  /** Takes an object out of the list, from wherever it is; its tag and its bytes are left to the caller. */
  @inline
  private drop(row: usize): void {
    const position = load<u32>(row) >> listBits
    const word = this.wordOf(position)
    store<u64>(word, load<u64>(word) & ~((1 as u64) << (position as u64)))
  }

  /** Takes an object out of the list for good, which then is in none. */
  @inline
  forget(row: usize, withSizes: bool): void {
    this.drop(row)
    this.bytes -= sizeAt(row, withSizes)
    store<u32>(row, 0)
  }

  /** Moves an object of this list to its head. */
  @inline
  renew(id: u32, row: usize, withSizes: bool): void {
    this.drop(row)
    this.push(id, row, withSizes)
  }

  /** Moves an object of this list to the head of another one. */
  @inline
  moveTo(queue: LazyQueue, id: u32, row: usize, withSizes: bool): void {
    const bytes = sizeAt(row, withSizes)
    this.drop(row)
    this.bytes -= bytes
    queue.bytes += bytes
    queue.push(id, row, withSizes)
  }

  /** Takes the object at the tail out of the list, as `drop` does; the list must not be empty. */
  @inline
  private pop(): u32 {
    const id = this.oldest()
    this.tail++
    return id
  }

  /** Takes the object at the tail out of the list for good and answers its id. */
  @inline
  forgetOldest(withSizes: bool): u32 {
    const id = this.pop()
    const row = rowOf(id, withSizes)
    this.bytes -= sizeAt(row, withSizes)
    store<u32>(row, 0)
    return id
  }

  /** Moves the object at the tail to the head of another list. */
  @inline
  moveOldestTo(queue: LazyQueue, withSizes: bool): void {
    const id = this.pop()
    const row = rowOf(id, withSizes)
    const bytes = sizeAt(row, withSizes)
    this.bytes -= bytes
    queue.bytes += bytes
    queue.push(id, row, withSizes)
  }

  /** The object at the tail of a list that is not empty; it stays there. */
  @inline
  oldest(): u32 {
    let position = this.tail + 1
    let left = load<u64>(this.wordOf(position)) >> (position as u64)
    while (left == 0) {
      position = (position | 63) + 1
      left = load<u64>(this.wordOf(position))
    }
    position += ctz<u64>(left) as u32
    this.tail = position - 1
    return load<u32>(this.ring + (((position & this.mask) as usize) << 2))
  }

  @inline
  private wordOf(position: u32): usize {
    return this.current + ((((position & this.mask) >> 6) as usize) << 3)
  }

  /** Moves the entries that are not stale together at the tail. */
  private close(withSizes: bool): void {
    const head = this.head
    let kept = this.tail
    let position = this.tail + 1
    while (position <= head) {
      const word = this.wordOf(position)
      const end = min<u32>(head, position | 63)
      for (let left = load<u64>(word) >> (position as u64); position <= end; position++, left >>= 1) {
        if ((left & 1) == 0) continue
        const id = load<u32>(this.ring + (((position & this.mask) as usize) << 2))
        this.put(id, rowOf(id, withSizes), ++kept)
      }
      store<u64>(word, -1)
    }
    this.head = kept
  }
}

/** A list of at most so many objects, with room for stale entries beside them: few in a list where a hit moves nothing. */
export function createQueue(list: u32, most: u32, spare: u32 = 4): LazyQueue {
  const queue = changetype<LazyQueue>(take(offsetof<LazyQueue>()))
  // The word at the head must not meet that at the tail.
  const entries = ringRows(spare * most + 128)
  queue.ring = take((entries as u64) << 2)
  queue.current = take((entries as u64) >> 3)
  store<u64>(queue.current, -1)
  queue.mask = entries - 1
  queue.list = list
  return queue
}

/** The most objects that so many bytes can hold. */
export function mostWithin(bytes: i64): u32 {
  return max<i64>(1, min<i64>(bytes, objects)) as u32
}

/** A share of the capacity as all policies count it: whole, and not less than `least`. */
export function shareOf(share: f64, least: i64): i64 {
  return max<i64>(least, floor((capacity as f64) * share) as i64)
}

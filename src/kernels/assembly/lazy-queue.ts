import { aheadBytes, capacity, objects, sized, take } from './run'

// Lists for policies with several of them. Each object has one tag: the list that it is in and its entry there. Going to the head
// or to another list writes a new entry and a new tag; the old entry is stale. A bit for each entry says whether it is current, so that
// the tail passes by 64 stale ones at a time and asks no object. The entries of all lists lie in one column, their bits in another one:
// whoever has a tag needs not the list to take the object out.

/** Low bits of a tag: the list. A tag of 0 is in no list. */
export const listBits: u32 = 3
export const listMask: u32 = 7

/** Rows of all objects: the tag, and with sizes the size at insertion beside it. */
let rows: usize = 0
/** Entries: ids, from the tail of a list to its head. */
let entries: usize = 0
/** A bit for each entry, cleared when it is stale. Behind the tail they mean nothing, and before the head all of its word are set. */
let bits: usize = 0
/** Words of 64 entries that the lists take. */
let words: u32 = 0

/** Where the tag of an object lies, and behind it its size. */
@inline
export function rowOf(id: u32, withSizes: bool): usize {
  return rows + ((id as usize) << (withSizes ? 3 : 2))
}

/** The tag of a later request, read ahead. */
@inline
export function tagAhead(at: usize, withSizes: bool): u32 {
  return load<u32>(rowOf(load<u32>(at, aheadBytes), withSizes))
}

@inline
export function sizeAt(row: usize, withSizes: bool): u32 {
  return withSizes ? load<u32>(row, 4) : 1
}

@inline
function wordAt(word: u32): usize {
  return bits + ((word as usize) << 3)
}

@inline
function entryAt(entry: u32): usize {
  return entries + ((entry as usize) << 2)
}

/** The object of the first entry in a word of which these bits are set. */
@inline
function firstIn(word: u32, left: u64): u32 {
  return load<u32>(entryAt((word << 6) | (ctz<u64>(left) as u32)))
}

/** Takes an object out of its list, from wherever it is; its tag and the bytes of the list are left to the caller. */
@inline
export function drop(row: usize): void {
  const entry = load<u32>(row) >> listBits
  const word = wordAt(entry >> 6)
  store<u64>(word, load<u64>(word) & ~((1 as u64) << (entry as u64)))
}

@inline
function put(id: u32, row: usize, entry: u32, list: u32): void {
  store<u32>(entryAt(entry), id)
  store<u32>(row, (entry << listBits) | list)
}

/** Where a list lies in memory, and how far from the next: a cache line. */
export const queueBytes: i32 = 64

@unmanaged
export class LazyQueue {
  /** The words of its entries: from one up to, not including, another; round and round. */
  first: u32
  end: u32
  /** The newest entry. */
  head: u32
  /** The word of the oldest entry, or one behind it. */
  tail: u32
  list: u32
  /** Bytes of the objects in the list. */
  bytes: i64

  /** Puts an object at the head that is in no list, or was dropped from its own. */
  @inline
  push(id: u32, row: usize, withSizes: bool): void {
    let entry = this.head + 1
    if ((entry & 63) == 0) entry = this.beginWord(withSizes)
    this.head = entry
    put(id, row, entry, this.list)
  }

  /** Sets the bits of the next word, after the list was closed up where it is full, and answers its first entry. */
  private beginWord(withSizes: bool): u32 {
    if (this.after(this.head >> 6) == this.tail) {
      this.close(withSizes)
      if (((this.head + 1) & 63) != 0) return this.head + 1
    }
    const word = this.after(this.head >> 6)
    store<u64>(wordAt(word), -1)
    return word << 6
  }

  @inline
  private after(word: u32): u32 {
    return word + 1 == this.end ? this.first : word + 1
  }

  /** Takes an object out of the list for good, which then is in none. */
  @inline
  forget(row: usize, withSizes: bool): void {
    drop(row)
    this.bytes -= sizeAt(row, withSizes)
    store<u32>(row, 0)
  }

  /** Moves an object of this list to its head. */
  @inline
  renew(id: u32, row: usize, withSizes: bool): void {
    drop(row)
    this.push(id, row, withSizes)
  }

  /** Moves an object of this list to the head of another one. */
  @inline
  moveTo(queue: LazyQueue, id: u32, row: usize, withSizes: bool): void {
    const bytes = sizeAt(row, withSizes)
    drop(row)
    this.bytes -= bytes
    queue.bytes += bytes
    queue.push(id, row, withSizes)
  }

  /** Takes the object at the tail out of the list, as `drop` does; the list must not be empty. */
  @inline
  pop(): u32 {
    let word = this.tail
    let left = load<u64>(wordAt(word))
    if (left == 0) {
      word = this.advance()
      left = load<u64>(wordAt(word))
    }
    store<u64>(wordAt(word), left & (left - 1))
    return firstIn(word, left)
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
    const word = load<u64>(wordAt(this.tail)) == 0 ? this.advance() : this.tail
    return firstIn(word, load<u64>(wordAt(word)))
  }

  /** Moves the tail on to the next word with a current entry. */
  private advance(): u32 {
    let word = this.tail
    do word = this.after(word)
    while (load<u64>(wordAt(word)) == 0)
    this.tail = word
    return word
  }

  /** Moves the entries that are not stale together at the tail. */
  private close(withSizes: bool): void {
    const last = this.head >> 6
    const start = this.tail
    let to = start
    let kept: u32 = 0
    for (let word = start; ; word = this.after(word)) {
      for (let left = load<u64>(wordAt(word)); left != 0; left &= left - 1) {
        const id = firstIn(word, left)
        if (kept == 64) {
          kept = 0
          to = this.after(to)
        }
        put(id, rowOf(id, withSizes), (to << 6) | kept++, this.list)
      }
      store<u64>(wordAt(word), -1)
      if (word == last) break
    }
    if (kept == 0) {
      this.empty()
      store<u64>(wordAt(this.tail), 0)
    } else this.head = (to << 6) | (kept - 1)
  }

  /** The next word is the first, and the tail is behind it, where nobody is. */
  empty(): void {
    this.tail = this.end - 1
    this.head = (this.end << 6) - 1
  }
}

/** A list of at most so many objects, with room for stale entries beside them: few in a list where a hit moves nothing. */
export function openQueue(queue: LazyQueue, list: u32, most: u32, spare: u32 = 4): void {
  queue.list = list
  queue.first = words
  // The word at the head must not meet that at the tail.
  words += ((spare * most) >> 6) + 4
  queue.end = words
  queue.empty()
}

/** Takes memory for the entries of the lists that were opened. */
export function openEntries(): void {
  entries = take((words as u64) << 8)
  bits = take((words as u64) << 3)
}

export function openRows(): void {
  rows = take((objects as u64) << (sized ? 3 : 2))
}

/** The most objects that so many bytes can hold. */
export function mostWithin(bytes: i64): u32 {
  return max<i64>(1, min<i64>(bytes, objects)) as u32
}

/** A share of the capacity as all policies count it: whole, and not less than `least`. */
export function shareOf(share: f64, least: i64): i64 {
  return max<i64>(least, floor((capacity as f64) * share) as i64)
}

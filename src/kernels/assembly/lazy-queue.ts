import { capacity, objects, ringRows, sized, take } from './run'

// Lists for policies with several of them. Each object has one tag: the list that it is in and its position there. Going to the head
// or to another list writes a new entry and a new tag; the old entry is stale and is passed by when the tail comes to it.

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

@inline
export function sizeAt(row: usize, withSizes: bool): u32 {
  return withSizes ? load<u32>(row, 4) : 1
}

@unmanaged
export class LazyQueue {
  ring: usize
  mask: u32
  /** Position of the newest entry, from 1, and of the last that the tail has passed. */
  head: u32
  tail: u32
  list: u32
  /** Bytes of the objects in the list. */
  bytes: i64

  /** Puts an object at the head; it may be in any list, which then must give up its bytes. */
  @inline
  push(id: u32, row: usize, withSizes: bool): void {
    if (this.head - this.tail > this.mask) this.close(withSizes)
    const position = ++this.head
    store<u32>(this.ring + (((position & this.mask) as usize) << 2), id)
    store<u32>(row, (position << listBits) | this.list)
  }

  /** The object at the tail, which must not be empty. It stays there until it has another tag. */
  @inline
  oldest(withSizes: bool): u32 {
    let position = this.tail + 1
    let id = this.idAt(position)
    while (load<u32>(rowOf(id, withSizes)) != ((position << listBits) | this.list)) id = this.idAt(++position)
    this.tail = position - 1
    return id
  }

  @inline
  idAt(position: u32): u32 {
    return load<u32>(this.ring + (((position & this.mask) as usize) << 2))
  }

  /** Moves the entries that are not stale together at the tail. */
  close(withSizes: bool): void {
    let kept = this.tail
    for (let position = this.tail + 1; position <= this.head; position++) {
      const id = this.idAt(position)
      const row = rowOf(id, withSizes)
      if (load<u32>(row) != ((position << listBits) | this.list)) continue
      kept++
      store<u32>(this.ring + (((kept & this.mask) as usize) << 2), id)
      store<u32>(row, (kept << listBits) | this.list)
    }
    this.head = kept
  }
}

/** A list of at most so many objects, with room for stale entries beside them: few in a list where a hit moves nothing. */
export function createQueue(list: u32, most: u32, spare: u32 = 4): LazyQueue {
  const queue = changetype<LazyQueue>(take(offsetof<LazyQueue>()))
  const entries = ringRows(spare * most)
  queue.ring = take((entries as u64) << 2)
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

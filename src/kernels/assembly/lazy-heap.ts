import { take } from './run'

// A heap for keys that only grow. An entry keeps the key that its object had when it was written; a request changes only the object's
// own key, and an entry that has come to the top is brought up to date there, as often as it takes.

/** Entry: key (u64) at 0, tie (u32) at 8, id (u32) at 12. */
const entryShift: usize = 4

@unmanaged
export class LazyHeap {
  entries: usize
  count: u32

  @inline
  at(place: u32): usize {
    return this.entries + ((place as usize) << entryShift)
  }

  @inline
  topKey(): u64 {
    return load<u64>(this.entries)
  }

  @inline
  topTie(): u32 {
    return load<u32>(this.entries, 8)
  }

  @inline
  topId(): u32 {
    return load<u32>(this.entries, 12)
  }

  push(key: u64, tie: u32, id: u32): void {
    let place = this.count++
    while (place > 0) {
      const above = (place - 1) >> 2
      const parent = this.at(above)
      if (!isBefore(key, tie, parent)) break
      memory.copy(this.at(place), parent, 16)
      place = above
    }
    write(this.at(place), key, tie, id)
  }

  /** Writes the entry of the top anew with a larger key. */
  replaceTop(key: u64, tie: u32, id: u32): void {
    const count = this.count
    let place: u32 = 0
    for (;;) {
      const first = (place << 2) + 1
      if (first >= count) break
      let least = first
      for (let child = first + 1, end = min<u32>(first + 4, count); child < end; child++) {
        const entry = this.at(child)
        if (isBefore(load<u64>(entry), load<u32>(entry, 8), this.at(least))) least = child
      }
      const entry = this.at(least)
      if (isBefore(key, tie, entry)) break
      memory.copy(this.at(place), entry, 16)
      place = least
    }
    write(this.at(place), key, tie, id)
  }

  popTop(): void {
    const last = this.at(--this.count)
    if (this.count > 0) this.replaceTop(load<u64>(last), load<u32>(last, 8), load<u32>(last, 12))
  }
}

@inline
function isBefore(key: u64, tie: u32, entry: usize): bool {
  const other = load<u64>(entry)
  return key < other || (key == other && tie < load<u32>(entry, 8))
}

@inline
function write(entry: usize, key: u64, tie: u32, id: u32): void {
  store<u64>(entry, key)
  store<u32>(entry, tie, 8)
  store<u32>(entry, id, 12)
}

export function createHeap(most: u32): LazyHeap {
  const heap = changetype<LazyHeap>(take(offsetof<LazyHeap>()))
  heap.entries = take((most as u64) << entryShift)
  return heap
}

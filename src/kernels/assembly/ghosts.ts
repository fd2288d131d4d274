import { ringRows, take } from './run'

/**
 * Ids that are remembered, the oldest first, within a limit of bytes. A ring of ids; each id knows its position, so that forgetting
 * one only clears that and leaves a stale entry behind, which is passed by at the tail. A ring full of stale entries is closed up.
 */
@unmanaged
export class Ghosts {
  /** Position of each object, from 1; 0 when it is not remembered. */
  positions: usize
  ring: usize
  mask: u32
  /** The last position written, and the last that was given up. */
  head: u32
  tail: u32
  bytes: i64

  contains(id: u32): bool {
    return load<u32>(this.positions + ((id as usize) << 2)) != 0
  }

  /** Remembers an id as the newest; its queue must not remember it already. */
  add(id: u32, bytes: u32): void {
    if (this.head - this.tail > this.mask) this.close()
    const position = ++this.head
    store<u32>(this.ring + (((position & this.mask) as usize) << 2), id)
    store<u32>(this.positions + ((id as usize) << 2), position)
    this.bytes += bytes
  }

  /** Forgets an id that is remembered. */
  forget(id: u32, bytes: u32): void {
    store<u32>(this.positions + ((id as usize) << 2), 0)
    this.bytes -= bytes
  }

  /** The oldest that is remembered; there must be one. It stays until it is forgotten. */
  oldest(): u32 {
    let position = this.tail + 1
    let id = this.idAt(position)
    while (load<u32>(this.positions + ((id as usize) << 2)) != position) id = this.idAt(++position)
    this.tail = position - 1
    return id
  }

  private idAt(position: u32): u32 {
    return load<u32>(this.ring + (((position & this.mask) as usize) << 2))
  }

  /** Moves the entries that are not stale together at the tail. */
  private close(): void {
    let kept = this.tail
    for (let position = this.tail + 1; position <= this.head; position++) {
      const id = this.idAt(position)
      const cell = this.positions + ((id as usize) << 2)
      if (load<u32>(cell) != position) continue
      kept++
      store<u32>(this.ring + (((kept & this.mask) as usize) << 2), id)
      store<u32>(cell, kept)
    }
    this.head = kept
  }
}

/** A queue of ghosts; `most` is the largest number that it will remember at a time. */
export function createGhosts(objects: u32, most: u32): Ghosts {
  const ghosts = changetype<Ghosts>(take(offsetof<Ghosts>()))
  const rows = ringRows(2 * most)
  ghosts.positions = take((objects as u64) << 2)
  ghosts.ring = take((rows as u64) << 2)
  ghosts.mask = rows - 1
  return ghosts
}

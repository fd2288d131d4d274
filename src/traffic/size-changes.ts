/** Counts requests for an object in another size than its first one. */
export interface SizeChanges {
  readonly count: number
  /** Takes requests in their order; objects are numbered in order of first appearance. */
  take(ids: Int32Array, bytes: Uint32Array): void
}

/** Begins to count; 4 bytes an object. */
export function createSizeChanges(): SizeChanges {
  let firstBytes = new Uint32Array(1 << 12)
  let objects = 0
  let count = 0
  return {
    get count() {
      return count
    },
    take(ids, bytes) {
      let first = firstBytes
      let known = objects
      let changes = 0
      for (let row = 0; row < ids.length; row++) {
        const id = ids[row]!
        const size = bytes[row]!
        if (id === known) {
          if (id === first.length) first = firstBytes = twice(first)
          first[id] = size
          known++
        } else if (first[id] !== size) changes++
      }
      objects = known
      count += changes
    },
  }
}

function twice(column: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(2 * column.length)
  grown.set(column)
  return grown
}

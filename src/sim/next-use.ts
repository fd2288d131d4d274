/** What `nextUses` says where an object is never asked for again. */
export const never = 0xffffffff

/** For each request the index of the next one for the same object, or `never`: one pass from the end. Ids are 0 to `objects` - 1. */
export function nextUses(ids: Int32Array, count: number, objects: number): Uint32Array {
  const next = new Uint32Array(count)
  const seen = new Uint32Array(objects).fill(never)
  for (let row = count - 1; row >= 0; row--) {
    const id = ids[row]!
    next[row] = seen[id]!
    seen[id] = row
  }
  return next
}

/** A map whose keys stand in an order. Walks must not be mixed with changes. */
export interface SortedMap<Key, Value> {
  readonly size: number
  get(key: Key): Value | undefined
  /** Puts or replaces a value; true when the key is new. */
  set(key: Key, value: Value): boolean
  delete(key: Key): boolean
  /** Entries upwards, from the first key that is at or after `from`. */
  ascend(from?: Key): IterableIterator<[Key, Value]>
  /** Entries downwards, from the last key that is at or before `from`. */
  descend(from?: Key): IterableIterator<[Key, Value]>
}

interface Block<Key, Value> {
  keys: Key[]
  values: Value[]
}

/** A block that has grown beyond this is cut in two, so that a new key moves a few hundred others and not all. */
const greatestBlock = 512

/** Keeps keys in sorted blocks: two binary searches find one, and a change moves at most a block. */
export function createSortedMap<Key, Value>(compare: (a: Key, b: Key) => number): SortedMap<Key, Value> {
  const blocks: Block<Key, Value>[] = [{ keys: [], values: [] }]
  let size = 0

  /** The last block that begins at or before the key, or the first one. */
  function blockOf(key: Key): number {
    let low = 0
    let high = blocks.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (compare(blocks[middle]!.keys[0]!, key) <= 0) low = middle
      else high = middle
    }
    return low
  }

  /** Where the key stands in its block, or would stand. */
  function rowOf(keys: readonly Key[], key: Key): number {
    let low = 0
    let high = keys.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (compare(keys[middle]!, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  const isAt = (block: Block<Key, Value>, row: number, key: Key): boolean =>
    row < block.keys.length && compare(block.keys[row]!, key) === 0

  return {
    get size() {
      return size
    },
    get(key) {
      const block = blocks[blockOf(key)]!
      const row = rowOf(block.keys, key)
      return isAt(block, row, key) ? block.values[row] : undefined
    },
    set(key, value) {
      const at = blockOf(key)
      const block = blocks[at]!
      const row = rowOf(block.keys, key)
      if (isAt(block, row, key)) {
        block.values[row] = value
        return false
      }
      block.keys.splice(row, 0, key)
      block.values.splice(row, 0, value)
      size++
      if (block.keys.length > greatestBlock) {
        const half = block.keys.length >> 1
        blocks.splice(at + 1, 0, { keys: block.keys.splice(half), values: block.values.splice(half) })
      }
      return true
    },
    delete(key) {
      const at = blockOf(key)
      const block = blocks[at]!
      const row = rowOf(block.keys, key)
      if (!isAt(block, row, key)) return false
      block.keys.splice(row, 1)
      block.values.splice(row, 1)
      size--
      if (block.keys.length === 0 && blocks.length > 1) blocks.splice(at, 1)
      return true
    },
    *ascend(from) {
      let at = from === undefined ? 0 : blockOf(from)
      let row = from === undefined ? 0 : rowOf(blocks[at]!.keys, from)
      for (; at < blocks.length; at++, row = 0) {
        const { keys, values } = blocks[at]!
        for (; row < keys.length; row++) yield [keys[row]!, values[row]!]
      }
    },
    *descend(from) {
      let at = from === undefined ? blocks.length - 1 : blockOf(from)
      let row = blocks[at]!.keys.length - 1
      if (from !== undefined) {
        row = rowOf(blocks[at]!.keys, from)
        if (!isAt(blocks[at]!, row, from)) row--
      }
      for (; at >= 0; at--, row = at >= 0 ? blocks[at]!.keys.length - 1 : -1) {
        const { keys, values } = blocks[at]!
        for (; row >= 0; row--) yield [keys[row]!, values[row]!]
      }
    },
  }
}

/** Compares texts by the bytes of their UTF-8, which is also the order of their code points. JavaScript's own order differs beyond U+FFFF. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left !== right) return rankOf(left) - rankOf(right)
  }
  return a.length - b.length
}

/** Surrogates, which stand for code points beyond U+FFFF, rank above all other units. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

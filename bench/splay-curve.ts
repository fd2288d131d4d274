/**
 * The exact curve of LRU by a splay tree, as profilers of cache traces find it: the tree holds each object at the time of its last request
 * and each node knows how many lie below it; what is later than an object's own time was asked for since. Answers the requests at each
 * distance in the stack, from 1. A peer to measure against: columns in place of nodes, and nothing is allocated on the way.
 * Source: F. Olken, LBL-12370, 1981; D. Sleator and R. Tarjan: Self-adjusting binary search trees, JACM 1985, top-down splaying.
 */
export function splayCurve(ids: Int32Array, objects: number): Uint32Array {
  const tree = new SplayTree(objects)
  const distances = new Uint32Array(objects + 2)
  const lastAt = new Int32Array(objects).fill(-1)
  for (let now = 0; now < ids.length; now++) {
    const id = ids[now]!
    if (lastAt[id]! >= 0) distances[tree.takeOut(lastAt[id]!) + 1]!++
    lastAt[id] = now
    tree.addLatest(id + 1, now)
  }
  return distances
}

/** Nodes are objects from 1, and 0 is none; the key of a node is a time. */
class SplayTree {
  readonly #left: Int32Array
  readonly #right: Int32Array
  readonly #size: Int32Array
  readonly #key: Float64Array
  #root = 0

  constructor(nodes: number) {
    this.#left = new Int32Array(nodes + 1)
    this.#right = new Int32Array(nodes + 1)
    this.#size = new Int32Array(nodes + 1)
    this.#key = new Float64Array(nodes + 1)
  }

  /** Adds a node whose key is larger than all others: it becomes the root. */
  addLatest(node: number, key: number): void {
    this.#key[node] = key
    this.#left[node] = this.#root
    this.#right[node] = 0
    this.#root = node
    this.#count(node)
  }

  /** Removes the node of a key that is in the tree, and answers how many have larger keys. */
  takeOut(key: number): number {
    const node = this.#splay(this.#root, key)
    const [left, right] = [this.#left[node]!, this.#right[node]!]
    const larger = this.#size[right]!
    if (left === 0) this.#root = right
    else {
      // The largest of the smaller ones comes up, and has nothing to its right.
      this.#root = this.#splay(left, key)
      this.#right[this.#root] = right
      this.#count(this.#root)
    }
    return larger
  }

  #count(node: number): void {
    this.#size[node] = this.#size[this.#left[node]!]! + this.#size[this.#right[node]!]! + 1
  }

  #rotateRight(node: number): number {
    const child = this.#left[node]!
    this.#left[node] = this.#right[child]!
    this.#right[child] = node
    this.#count(node)
    return child
  }

  #rotateLeft(node: number): number {
    const child = this.#right[node]!
    this.#right[node] = this.#left[child]!
    this.#left[child] = node
    this.#count(node)
    return child
  }

  /** Brings the node of a key, or the last one on the way to it, to the top of a tree, and answers it. */
  #splay(from: number, key: number): number {
    const [left, right, keys] = [this.#left, this.#right, this.#key]
    const sizes = this.#size
    let root = from
    // At node 0 the trees of what is smaller and what is larger hang the wrong way round, and grow at their inner ends.
    let [smaller, larger, smallerSize, largerSize] = [0, 0, 0, 0]
    left[0] = right[0] = 0
    for (;;) {
      const own = keys[root]!
      if (key < own) {
        if (left[root] !== 0 && key < keys[left[root]!]!) root = this.#rotateRight(root)
        if (left[root] === 0) break
        left[larger] = root
        larger = root
        largerSize += 1 + sizes[right[root]!]!
        root = left[root]!
      } else if (key > own) {
        if (right[root] !== 0 && key > keys[right[root]!]!) root = this.#rotateLeft(root)
        if (right[root] === 0) break
        right[smaller] = root
        smaller = root
        smallerSize += 1 + sizes[left[root]!]!
        root = right[root]!
      } else break
    }
    smallerSize += sizes[left[root]!]!
    largerSize += sizes[right[root]!]!
    right[smaller] = left[root]!
    left[larger] = right[root]!
    for (let node = right[0]!, size = smallerSize; node !== left[root]!; node = right[node]!) {
      sizes[node] = size
      size -= 1 + sizes[left[node]!]!
    }
    for (let node = left[0]!, size = largerSize; node !== right[root]!; node = left[node]!) {
      sizes[node] = size
      size -= 1 + sizes[right[node]!]!
    }
    left[root] = right[0]!
    right[root] = left[0]!
    left[0] = right[0] = 0
    this.#count(root)
    return root
  }
}

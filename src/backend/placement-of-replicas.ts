import { assert } from '../lib/assert.ts'
import { hashText, mix32 } from '../lib/random.ts'

/** Which storage nodes hold something, by its name. */
export interface ReplicaPlacement {
  nodes: number
  replicas: number
  /** The nodes for a name, best first: as many as there are replicas, or all that live where fewer do. `isAlive` has a one for each node that lives. */
  nodesOf(name: string, isAlive: ArrayLike<number>): number[]
}

/**
 * Rendezvous hashing: every node draws a number for the name and the highest draws win. When a node goes, only what it held moves, and it moves
 * evenly to all others; nobody needs a table.
 *
 * Source: D. Thaler, C. Ravishankar: Using name-based mappings to increase hit rates, IEEE/ACM Transactions on Networking 6(1), 1998, section III.
 */
export function createReplicaPlacement(nodes: number, replicas: number): ReplicaPlacement {
  assert(nodes >= 1 && replicas >= 1 && replicas <= nodes, 'a pool needs a node, and no more replicas than nodes')
  const draws = new Uint32Array(nodes)
  return {
    nodes,
    replicas,
    nodesOf(name, isAlive) {
      const key = hashText(0, name)
      const order: number[] = []
      for (let node = 0; node < nodes; node++) {
        if (!isAlive[node]) continue
        draws[node] = mix32(key ^ mix32(node + 1)) >>> 0
        order.push(node)
      }
      order.sort((a, b) => draws[b]! - draws[a]! || a - b)
      return order.slice(0, replicas)
    },
  }
}

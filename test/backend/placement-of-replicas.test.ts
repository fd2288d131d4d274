import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createReplicaPlacement } from '../../src/backend/placement-of-replicas.ts'

const names = Array.from({ length: 6000 }, (_, n) => `object ${n}`)
const all = (nodes: number): Uint8Array => new Uint8Array(nodes).fill(1)

describe('where replicas belong', () => {
  it('gives each name as many living nodes as there are replicas, none twice', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        (name, nodes, wanted, lives) => {
          const replicas = Math.min(wanted, nodes)
          const isAlive = Uint8Array.from({ length: nodes }, (_, node) => (lives[node] ? 1 : 0))
          const living = isAlive.reduce((sum, one) => sum + one, 0)
          const homes = createReplicaPlacement(nodes, replicas).nodesOf(name, isAlive)
          expect(homes).toHaveLength(Math.min(replicas, living))
          expect(new Set(homes).size).toBe(homes.length)
          expect(homes.every(node => isAlive[node] === 1)).toBe(true)
        },
      ),
    )
  })

  it('moves nothing but what a lost node held', () => {
    const placement = createReplicaPlacement(6, 3)
    const without = all(6)
    without[2] = 0
    for (const name of names.slice(0, 500)) {
      const before = placement.nodesOf(name, all(6))
      const after = placement.nodesOf(name, without)
      expect(before.filter(node => node !== 2).every(node => after.includes(node))).toBe(true)
    }
  })

  it('spreads names evenly over nodes, and those of a lost node over the rest', () => {
    const placement = createReplicaPlacement(6, 3)
    const share = (isAlive: Uint8Array): number[] => {
      const counts = new Array<number>(6).fill(0)
      for (const name of names) for (const node of placement.nodesOf(name, isAlive)) counts[node]!++
      return counts
    }
    // A binomial count of mean 3000 stays within five of its deviations (about 39) of it.
    for (const count of share(all(6))) expect(Math.abs(count - 3000)).toBeLessThan(200)
    const without = all(6)
    without[0] = 0
    for (const count of share(without).slice(1)) expect(Math.abs(count - 3600)).toBeLessThan(200)
  })
})

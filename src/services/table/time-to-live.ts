import { attributeOf } from '../../backend/attribute-value.ts'
import type { Ms } from '../../lib/clock.ts'
import { type ItemChange, keyOf, type Tables } from './tables.ts'

/** What expired longer ago is taken for a mistake in units and stays. Source: Amazon DynamoDB Developer Guide, "Using time to live (TTL)". */
const longestAgoSeconds = 5 * 365 * 24 * 3600

/** Removes the items whose time has come from all tables that have one; answers how many. */
export function removeExpired(tables: Tables, now: Ms): number {
  const nowSeconds = now / 1000
  let count = 0
  for (const name of tables.names()) {
    const { facts, items } = tables.get(name)
    if (facts.timeToLive === undefined) continue
    const changes: ItemChange[] = []
    for (const [, item] of items.ascend()) {
      const until = attributeOf(item, facts.timeToLive)
      if (until === undefined || !('N' in until)) continue
      const seconds = Number(until.N)
      if (seconds < nowSeconds && seconds > nowSeconds - longestAgoSeconds)
        changes.push({ kind: 'remove', table: name, key: keyOf(item, facts) })
    }
    if (changes.length > 0) tables.write(changes)
    count += changes.length
  }
  return count
}

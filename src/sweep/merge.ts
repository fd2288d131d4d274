import { type Mistake, UserError } from '../lib/user-error.ts'
import type { SweepRow } from '../report/sweep.ts'
import { type JournalHead, refuseOtherRun } from './journal.ts'

/** A finished part of a sweep. */
export interface Part {
  folder: string
  head: JournalHead
  rows: readonly SweepRow[]
}

const mostMissingNamed = 10

/**
 * Puts the parts of one sweep together, in the order of the grid. A cell that two parts have must be the same in both. Throws
 * UserError when they are parts of different sweeps, when they disagree, or when cells are missing.
 */
export function mergeParts(parts: readonly Part[]): SweepRow[] {
  const [first, ...others] = parts
  if (first === undefined) throw new UserError('there is nothing to merge')
  for (const { folder, head } of others) refuseOtherRun(folder, withoutShard(first.head), withoutShard(head))
  const rows = new Array<SweepRow | undefined>(first.head.cells).fill(undefined)
  const disagreeing: Mistake[] = []
  for (const { folder, rows: own } of parts)
    for (const row of own) {
      const before = rows[row.cell]
      // A cell that failed on one machine may have ended well on another.
      if (before === undefined || before.error !== undefined) rows[row.cell] = row
      else if (row.error === undefined && JSON.stringify(row) !== JSON.stringify(before))
        disagreeing.push({ message: `${folder}: cell ${row.cell} has other results than in a folder before` })
    }
  if (disagreeing.length > 0) throw new UserError(disagreeing)
  const missing = [...rows.keys()].filter(cell => rows[cell] === undefined)
  if (missing.length > 0)
    throw new UserError({
      message: `${missing.length} of ${rows.length} cells are missing: ${missing.slice(0, mostMissingNamed).join(', ')}${missing.length > mostMissingNamed ? ' ...' : ''}`,
      hint: 'name the folders of all shards',
    })
  return rows.filter(row => row !== undefined)
}

function withoutShard(head: JournalHead): JournalHead {
  return { ...head, inputs: { ...head.inputs, shard: '' } }
}

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { checkOutputFile } from '../files/output.ts'
import type { Sweep } from '../report/sweep.ts'
import { readJournal } from '../sweep/journal.ts'
import { takeLock } from '../sweep/lock.ts'
import { mergeParts } from '../sweep/merge.ts'
import { readResults } from '../sweep/results.ts'
import type { MergeOptions } from './merge.ts'
import { journalFile, lockFile, resultsFile, tellSweep, writeSweep } from './sweep-output.ts'

/** Merges finished shards and writes the whole sweep's files. Throws UserError. */
export async function mergeFolders(folders: readonly string[], options: MergeOptions): Promise<void> {
  const parts = folders.map(folder => {
    const { head } = readJournal(join(folder, journalFile))
    return { folder, head, rows: readResults(join(folder, resultsFile)) }
  })
  const rows = mergeParts(parts)
  const { title, inputs } = parts[0]!.head
  const sweep: Sweep = { title, rows, isTraced: inputs.trace !== 'none' }
  if (options.html !== undefined) checkOutputFile(options.html)
  mkdirSync(options.out, { recursive: true })
  const lock = takeLock(join(options.out, lockFile))
  try {
    writeSweep(options.out, sweep)
  } finally {
    lock.release()
  }
  await tellSweep(options.out, sweep, options)
}

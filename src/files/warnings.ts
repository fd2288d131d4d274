import { describeMistake, type Mistake } from '../lib/user-error.ts'
import { inertLines } from '../report/inert.ts'

/** Says on standard error what is allowed but probably not meant. */
export function printWarnings(warnings: readonly Mistake[]): void {
  for (const warning of warnings) process.stderr.write(`warning: ${inertLines(describeMistake(warning))}\n`)
}

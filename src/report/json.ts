import type { RunResult } from '../stats/result.ts'

/** The result as JSON, for programs: `format` names the version of its meaning. What could not be counted is null. */
export function reportJson(result: RunResult): string {
  return `${JSON.stringify(result, null, 2)}\n`
}

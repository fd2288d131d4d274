import { arch, cpus, platform, release } from 'node:os'
import { hashPlan } from '../scenario/hash.ts'
import type { Plan } from '../scenario/plan.ts'
import type { Manifest } from '../stats/result.ts'
import { hashFile, hashText } from './hash-file.ts'
import { readVersion } from './version.ts'

/** What a result needs to be made again: the program, the scenario, the trace, the machine. */
export async function createManifest(plan: Plan, scenario: string, tracePath: string | undefined): Promise<Manifest> {
  return {
    ...plainManifest(scenario, plan.seed),
    replications: plan.replications,
    scenarioHash: hashPlan(plan, hashText),
    traceHash: tracePath === undefined ? null : await hashFile(tracePath),
  }
}

/** The manifest of a command that needs no scenario. */
export function plainManifest(command: string, seed: number): Manifest {
  return {
    version: readVersion(),
    command: `cdnlab ${process.argv.slice(2).map(shownWord).join(' ')}`.trim(),
    seed,
    replications: 1,
    scenario: command,
    scenarioHash: '',
    traceHash: null,
    node: process.version,
    os: `${platform()} ${release()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
  }
}

/** A word of a command as it may be shown to anybody: as a shell would need it, and without the password of an address. */
export function shownWord(word: string): string {
  return quoteWord(word.replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s@/]+@/g, '$1:***@'))
}

/** A word as a shell would need it. */
function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

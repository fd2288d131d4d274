import { fileURLToPath } from 'node:url'
import { cachesimWords, peakMemory, runCachesim, runProcess } from './cachesim.ts'
import { median, printTable } from './measure.ts'

const command = fileURLToPath(new URL('../cli/main.js', import.meta.url))

interface Race {
  name: string
  /** Our policies, and theirs of the same counts. */
  policies: readonly (readonly [ours: string, theirs: string])[]
  sizes: readonly number[]
}

const single = [['lru', 'lru']] as const
const several = [
  ['fifo', 'fifo'],
  ['lru', 'lru'],
  ['clock', 'clock'],
  ['sieve', 'sieve'],
  ['s3-fifo:fillMain=false', 's3fifo'],
  ['arc', 'arc'],
] as const

/**
 * Races `cdnlab compare` against `cachesim` as whole processes in CPU time, loading of the trace included. One `compare` does all of
 * a race; cachesim runs once for each policy and size, which is its own best use of one core. The peak of memory is that of one process that
 * does all of a race, as both programs can.
 */
export async function measureWholeProcesses(
  program: string,
  file: string,
  requests: number,
  sizes: readonly number[],
  rounds: number,
): Promise<void> {
  const races: Race[] = [
    { name: 'one policy, one size', policies: single, sizes: [sizes.at(-1)!] },
    { name: `${several.length} policies, ${sizes.length} sizes`, policies: several, sizes },
  ]
  console.log('whole processes, load included, CPU time and peak memory')
  const lines: string[][] = []
  for (const race of races) {
    const ours: number[] = []
    const theirs: number[] = []
    for (let round = 0; round < rounds; round++) {
      ours.push(runProcess(ourWords(file, race)).cpuS)
      theirs.push(runTheirs(program, file, race, requests))
    }
    const ourBytes = await peakMemory(ourWords(file, race))
    const theirBytes = await peakMemory(theirWords(program, file, race))
    lines.push([
      race.name,
      median(ours).toFixed(2),
      median(theirs).toFixed(2),
      `${(median(theirs) / median(ours)).toFixed(2)}x`,
      (ourBytes / 2 ** 20).toFixed(0),
      (theirBytes / 2 ** 20).toFixed(0),
      `${(theirBytes / ourBytes).toFixed(2)}x`,
    ])
  }
  printTable(['race', 'compare, s', 'cachesim, s', 'faster', 'compare, MiB', 'cachesim, MiB', 'smaller'], lines)
}

/** One core for all: what is compared is work, not threads. */
function ourWords(file: string, { policies, sizes }: Race): string[] {
  const names = policies.map(([ours]) => ours).join(',')
  const options = ['--ignore-size', '--workers', '1', '--no-bound', '--no-progress', '--blocks', '1']
  const asked = ['--policy', names, '--size', sizes.join(','), '--reference', policies[0]![0]]
  return [process.execPath, command, 'compare', file, ...asked, ...options]
}

function theirWords(program: string, file: string, { policies, sizes }: Race): string[] {
  return cachesimWords(
    program,
    file,
    policies.map(([, theirs]) => theirs),
    sizes,
  )
}

function runTheirs(program: string, file: string, { policies, sizes }: Race, requests: number): number {
  let cpuS = 0
  for (const [, theirs] of policies)
    for (const size of sizes) cpuS += runCachesim(program, file, theirs, size, requests).processS
  return cpuS
}

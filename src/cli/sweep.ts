import type { Command } from 'commander'
import type { ScenarioOptions } from '../files/load-plan.ts'
import { collect } from './repeated.ts'
import { addScenarioOptions } from './scenario-options.ts'

const examples = `Examples:
  cdnlab sweep world --grid edge.policy=lru,s3-fifo --grid seed=1..10 --out results
  cdnlab sweep world --grid edge.policy=lru,s3-fifo --grid seed=1..10 --out results --resume
  cdnlab sweep world --grid edge.capacity=1GiB,10GiB --out part-0 --shard 0/4
  cdnlab sweep three-pops --grid edge.capacity=50MB,100MB,200MB --out results --html sweep.html
  cdnlab merge part-0 part-1 part-2 part-3 --out results
  cdnlab sweep world --grid seed=1..1000 --out results --queue redis://queue.example:6379/lab
`

const more = `
The folder gets results.jsonl (a cell a line, in the order of the grid), report.csv, report.md and a journal for --resume.
With --queue the cells run wherever a cdnlab worker has joined; the files are the same, byte for byte. When this command is
interrupted, cells that nobody has begun leave the queue.
Values of one axis are held against its first value, in pairs over the seeds that both have.

Exit codes: 0, 1 cells failed, 2 a mistake in the scenario or the options, 99 a threshold was missed, 130 interrupted.`

/** As they are written on the command line. */
export interface SweepOptions extends ScenarioOptions {
  grid: string[]
  out: string
  workers?: string
  resume?: boolean
  shard?: string
  cellTimeout?: string
  maxMemory?: string
  precision?: string
  queue?: string
  json?: boolean
  html?: string
  progress?: boolean
}

/** Adds `cdnlab sweep`: a scenario run at every point of a grid, over all processors. */
export function registerSweep(program: Command): void {
  const command = program
    .command('sweep')
    .description('run a scenario at every point of a grid, over all processors')
    .argument('<scenario>', 'a file, the name of a shipped scenario, or - for standard input')
    .option(
      '--grid <key=values>',
      'an axis, such as edge.policy=lru,sieve or seed=1..10; may be given again',
      collect,
      [],
    )
    .requiredOption('--out <folder>', 'where the results go; made where it is not there')
    .option('--workers <count>', 'worker threads; as many as processors and memory allow when left out')
    .option('--resume', 'go on with the interrupted sweep in this folder')
    .option('--shard <i/n>', 'only every n-th cell, from the i-th on (0 to n - 1); put together with cdnlab merge')
    .option('--cell-timeout <time>', 'a cell that takes longer has failed, such as 10m')
    .option('--max-memory <size>', 'memory that the workers may fill, such as 8GiB')
    .option(
      '--precision <share>',
      'add replications until the hit ratio is known to plus or minus so much, such as 0.5%',
    )
    .option('--queue <url>', 'let a fleet run the cells: cdnlab worker on any machine with the same address')
    .option('--json', 'the cells and the differences as JSON on standard output')
    .option('--html <file>', 'also a page to look at, in one file that needs nothing else')
    .option('--no-progress', 'no progress bar')
    .addHelpText('before', examples)
    .addHelpText('after', more)
  addScenarioOptions(command).action(async (scenario: string, options: SweepOptions) => {
    const { runSweep } = await import('./sweep-run.ts')
    await runSweep(scenario, options)
  })
}

import type { Command } from 'commander'
import { collect } from './repeated.ts'

const examples = `Examples:
  cdnlab worker --queue redis://queue.example:6379
  cdnlab worker --queue redis://queue.example:6379/lab --workers 8 --traces /mnt/traces
  cdnlab worker --queue redis://queue.example:6379 --traces https://files.example/traces/ --idle 5m
`

const more = `
Cells come from cdnlab sweep ... --queue with the same address. A worker may join and leave at any time.
SIGTERM: takes no more cells, finishes those in hand and ends with 0. SIGINT: puts them back into the queue and ends with 130.

Exit codes: 0 told to leave, or idle; 1 the queue cannot be reached; 2 the queue holds what cannot run here: cells of another
version, of a trace that is not here, or larger than the memory; 130 interrupted.`

/** As they are written on the command line. */
export interface WorkerOptions {
  queue: string
  workers?: string
  traces: string[]
  cache?: string
  maxMemory?: string
  idle?: string
  lock: string
}

/** Adds `cdnlab worker`: runs the cells of a queue on this machine. */
export function registerWorker(program: Command): void {
  program
    .command('worker')
    .description('run cells of a sweep that others put into a queue, on all processors of this machine')
    .requiredOption('--queue <url>', 'redis://host:port/prefix, rediss:// with TLS, or postgres://user@host/database')
    .option('--workers <count>', 'worker threads; as many as processors when left out')
    .option(
      '--traces <place>',
      'a folder or an address where traces are found by their content; may be given again',
      collect,
      [],
    )
    .option('--cache <folder>', 'where traces from an address are kept; a folder for this run when left out')
    .option('--max-memory <size>', 'memory that the cells may fill, such as 8GiB')
    .option('--idle <time>', 'end after so long without a cell, such as 5m; never when left out')
    .option('--lock <time>', 'silence after which a worker is taken for dead and its cells go to others', '30s')
    .addHelpText('before', examples)
    .addHelpText('after', more)
    .action(async (options: WorkerOptions) => {
      const { runWorker } = await import('./worker-run.ts')
      await runWorker(options)
    })
}

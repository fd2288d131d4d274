import type { Command } from 'commander'
import type { CompareQuestion } from '../sweep/compare-traces.ts'
import { collect } from './repeated.ts'

const examples = `Examples:
  cdnlab compare trace.oracleGeneral.zst --policy lru,s3-fifo,sieve --size 0.01,0.1
  cdnlab compare zipf:alpha=1,objects=1e5,requests=1e6 --ignore-size --policy all --size 1000
  cdnlab compare a.csv b.csv --policy lru,slru:segments=5 --size 1GiB --json -o result.json
  cdnlab compare t.oracleGeneral.bin --compat libcachesim --policy lru,twoq,wtinylfu --size 5000 --ignore-size
  zcat log.gz | cut -f2 | cdnlab compare - --format txt --policy all --size 0.01
`

const more = `
A size below 1 is a share of the footprint; a whole number is bytes, or objects with --ignore-size; 1GiB is bytes.
Each cell runs once, and its time is that run's; --rounds 3 tells the quickest of three. A trace may be larger than memory: of 4 bytes a
request, 8 with sizes, 16 MiB stay in memory and the others in a temporary file.
`

export interface CompareOptions extends CompareQuestion {
  json?: boolean
  csv?: boolean
  markdown?: boolean
  html?: string
  output?: string
  progress?: boolean
}

/** Adds `cdnlab compare`: many eviction policies and sizes over traces, with equal accounting. */
export function registerCompare(program: Command): void {
  program
    .command('compare')
    .description('compare eviction policies on traces, request by request')
    .argument(
      '<traces...>',
      'files, - for standard input, or workloads such as zipf:alpha=1,objects=1e6,requests=1e7,seed=1',
    )
    .option('--policy <list>', 'policies with their parameters, or all', 'fifo,lru,sieve,s3-fifo')
    .option('--admission <name>', 'who may enter, before every policy')
    .option('--size <list>', 'sizes of the cache', '0.01,0.1')
    .option('--format <name>', 'format of the traces: oracleGeneral, csv, txt ...', 'auto')
    .option('--column <meaning=name>', 'for csv: which column is time, id or size; may be given again', collect, [])
    .option('--delimiter <letter>', 'for csv')
    .option('--ignore-size', 'every object counts 1')
    .option('--compat <program>', 'libcachesim: its names, and each policy as that program counts')
    .option('--reference <policy>', 'the policy that others are held against', 'fifo')
    .option('--engine <name>', 'auto, or plain: the readable policies only', 'auto')
    .option('--workers <count>', 'worker threads; as many as processors when left out')
    .option('--warmup <share>', 'share or number of requests that are not counted', '0')
    .option('--rounds <count>', 'runs of each cell for its time, of which the quickest counts', '1')
    .option('--blocks <count>', 'stretches for the paired differences', '30')
    .option('--report-interval <requests>', 'for --json: misses of every so many requests', '0')
    .option('--sample-ratio <share>', 'share of the objects that stand for all, its error measured with lru', '1')
    .option('--seed <number>', 'for policies that draw at random', '1')
    .option('--no-bound', 'without the bound by Belady')
    .option('--lenient', 'keeps the good records before a broken one')
    .option('--json', 'as JSON')
    .option('--csv', 'as one table')
    .option('--markdown', 'as Markdown')
    .option('--html <file>', 'also a page to look at, in one file that needs nothing else')
    .option('-o, --output <file>', 'write it to a file, whole or not at all')
    .option('--no-progress', 'no progress bar')
    .addHelpText('before', examples)
    .addHelpText('after', more)
    .action(async (traces: string[], options: CompareOptions) => {
      const { writeComparison } = await import('./compare-output.ts')
      await writeComparison(traces, { ...options, ...program.opts<{ color?: boolean }>() })
    })
}

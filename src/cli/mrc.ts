import type { Command } from 'commander'
import { collect } from './repeated.ts'

const examples = `Examples:
  cdnlab mrc trace.oracleGeneral.zst                      LRU at all sizes, exactly
  cdnlab mrc trace.csv --policy lru,sieve --sample-ratio 0.1
  cdnlab mrc zipf:alpha=0.8,objects=1e5,requests=1e6 --ignore-size --csv -o curve.csv
`

const more = `
lru is exact in objects at every size, and in bytes to about 1 %. With --sample-ratio it is found from a share of the objects (SHARDS), and
other policies by running them on that share in caches of that share of the size; the share's requests are told, and the error shrinks
with the square root of the number of objects in it.
`

export interface MrcOptions {
  policy: string
  points: string
  format: string
  column?: string[]
  delimiter?: string
  ignoreSize?: boolean
  sampleRatio: string
  seed: string
  lenient?: boolean
  json?: boolean
  csv?: boolean
  html?: string
  output?: string
  progress?: boolean
}

/** Adds `cdnlab mrc`: miss-ratio curves over all sizes. */
export function registerMrc(program: Command): void {
  program
    .command('mrc')
    .description('miss-ratio curves: what every size of a cache would miss')
    .argument('<trace>', 'a file, - for standard input, or a workload such as zipf:alpha=1,objects=1e6,requests=1e7')
    .option('--policy <list>', 'policies with their parameters', 'lru')
    .option('--points <count>', 'sizes of the curve, evenly on a logarithmic scale', '40')
    .option('--format <name>', 'format of the trace', 'auto')
    .option('--column <meaning=name>', 'for csv: which column is time, id or size; may be given again', collect, [])
    .option('--delimiter <letter>', 'for csv')
    .option('--ignore-size', 'every object counts 1')
    .option('--sample-ratio <share>', 'share of the objects that stand for all', '1')
    .option('--seed <number>', 'which objects those are, and for policies that draw at random', '1')
    .option('--lenient', 'keeps the good records before a broken one')
    .option('--json', 'as JSON')
    .option('--csv', 'as one table')
    .option('--html <file>', 'also a page to look at, in one file that needs nothing else')
    .option('-o, --output <file>', 'write it to a file, whole or not at all')
    .option('--no-progress', 'no progress bar')
    .addHelpText('before', examples)
    .addHelpText('after', more)
    .action(async (trace: string, options: MrcOptions) => {
      const { drawCurves } = await import('./mrc-curves.ts')
      await drawCurves(trace, { ...options, ...program.opts<{ color?: boolean }>() })
    })
}

import type { Command } from 'commander'
import { collect } from './repeated.ts'

const examples = `Examples:
  cdnlab trace info log.csv.gz                        requests, objects, footprint, popularity
  cdnlab trace head log.oracleGeneral.zst             the first requests as text
  cdnlab trace convert log.csv.gz -o log.oracleGeneral.bin
  cdnlab trace generate zipf:alpha=1,objects=1e5,requests=1e6 -o zipf.oracleGeneral.bin
  cdnlab trace generate world --set traffic.requests=20000 -o sample.csv.gz     with the visitors' coordinates
`

export interface TraceCommandOptions {
  format: string
  column?: string[]
  delimiter?: string
  lenient?: boolean
  output?: string
  json?: boolean
  set?: string[]
  count: string
}

/** What can be done with a trace. */
export const traceVerbs = ['info', 'head', 'convert', 'generate'] as const

/** Adds `cdnlab trace`: looks into traces, changes their format, makes new ones. */
export function registerTrace(program: Command): void {
  program
    .command('trace')
    .description('look into a trace, change its format, or make one')
    .argument('<what>', 'info, head, convert or generate')
    .argument('<name>', 'a file, - for standard input, a workload, or for generate also a scenario')
    .option('--format <name>', 'format of the trace that is read', 'auto')
    .option('--column <meaning=name>', 'for csv: which column is time, id or size; may be given again', collect, [])
    .option('--delimiter <letter>', 'for csv')
    .option('--lenient', 'keeps the good records before a broken one')
    .option('--count <number>', 'for head: how many requests', '10')
    .option('--set <key=value>', 'for generate from a scenario: change a key', collect, [])
    .option('--json', 'for info: as JSON')
    .option('-o, --output <file>', 'for convert and generate: .csv or .oracleGeneral.bin, each also with .gz or .zst')
    .addHelpText('before', examples)
    .action(async (what: string, name: string, options: TraceCommandOptions) => {
      const { traceCommand } = await import('./trace-command.ts')
      await traceCommand(what, name, options)
    })
}

import type { Command } from 'commander'
import { collect } from './repeated.ts'

const examples = `Examples:
  cdnlab replay E2*.gz                                     CloudFront logs: what they say, and what a model makes of them
  cdnlab replay access.log --at Frankfurt --capacity 20GB  one nginx cache, and what if it had 20 GB
  cdnlab replay logs/*.json.gz --fit --policy s3-fifo --shield Frankfurt --ttl 1d
  cdnlab replay logs/*.json.gz --pops bunny:20 --set cost=bunny
  cdnlab replay access.log --log-format '$remote_addr [$time_iso8601] "$request" $status $body_bytes_sent $upstream_cache_status'
  cdnlab replay logs/*.gz --scenario-out mine.yaml         and then: cdnlab run mine.yaml
`

const more = `
The logs of all files are merged in order of time, whatever their order. From them a scenario is built: PoPs by the airport codes of the log,
visitors by its coordinates, by a GeoIP file that you bring, by country, or where their PoP stands; each visitor is sent to the PoP that
served him. It runs as \`cdnlab run\` would run it. Lifetimes are found from the log's own hits and checks, sizes of PoPs with --fit; what else
you know of the real CDN you say with --base. What you say with --policy, --capacity, --shield, --ttl, --pops and --set is run beside it.
Addresses are only kept as hashes with a random salt, in memory, to count visitors; names of objects as hashes. Neither is written anywhere.`

export interface ReplayOptions {
  format: string
  logFormat?: string
  lenient?: boolean
  ignoreQuery?: boolean
  geoip?: string
  at: string
  popAt: string[]
  base: string[]
  fit?: boolean
  policy?: string
  capacity?: string
  shield?: string
  ttl?: string
  pops?: string
  set: string[]
  scenarioOut?: string
  json?: boolean
  html?: string
  output?: string
  progress?: boolean
  color?: boolean
}

/** Adds `cdnlab replay`: real logs through the simulator, compared with what they say, and with what if. */
export function registerReplay(program: Command): void {
  program
    .command('replay')
    .description('replay the logs of a real CDN or server, compare, and ask what if')
    .argument('<log...>', 'files, plain, .gz or .zst, in any order; - for standard input')
    .option('--format <name>', 'cloudfront, cloudfront-json, cloudflare, fastly or combined', 'auto')
    .option('--log-format <text>', 'the log_format of nginx that the lines were written with')
    .option('--lenient', 'counts broken lines and goes on')
    .option('--ignore-query', 'all queries of a path are one object')
    .option('--geoip <file>', 'a GeoIP file (.mmdb) that says where addresses are')
    .option('--at <place>', 'where the server stands whose log names no PoP', 'us-east-1')
    .option('--pop-at <code=place>', 'where a PoP of the log stands that is on no map; may be given again', collect, [])
    .option(
      '--base <key=value>',
      'what the real CDN is like, such as edge.capacity=2GiB; may be given again',
      collect,
      [],
    )
    .option('--fit', 'finds the size of each PoP with which the model has as many hits as the log')
    .option('--policy <spec>', 'what if: another eviction policy')
    .option('--capacity <size>', 'what if: another size of each PoP')
    .option('--shield <place>', 'what if: an origin shield there')
    .option('--ttl <duration>', 'what if: objects are fresh so long')
    .option('--pops <map[:count]>', 'what if: the PoPs of a map, or the best so many of them')
    .option('--set <key=value>', 'what if: any key of the scenario; may be given again', collect, [])
    .option('--scenario-out <file>', 'writes the scenario, and the requests beside it, for `cdnlab run`')
    .option('--json', 'as JSON: the log, the comparison and the whole results')
    .option('--html <file>', 'also the run as a page to look at')
    .option('-o, --output <file>', 'write to a file and not to standard output')
    .option('--no-progress', 'no progress bar')
    .addHelpText('before', examples)
    .addHelpText('after', more)
    .action(async (logs: string[], _options: ReplayOptions, self: Command) => {
      const { replayLogs } = await import('./replay-action.ts')
      await replayLogs(logs, self.optsWithGlobals<ReplayOptions>())
    })
}

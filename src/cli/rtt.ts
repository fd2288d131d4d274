import type { Command } from 'commander'

/** The streams of the command: the process's own, or others. */
export interface RttStreams {
  input: AsyncIterable<string | Uint8Array>
  /** Resolves when more can be taken. */
  write(text: string): Promise<void>
}

/** What the command was told. */
export interface RttOptions {
  pairs?: string
  check?: string
  model?: string
  backbone?: boolean
  json?: boolean
}

const examples = `Examples:
  cdnlab rtt Tokyo Frankfurt                  two places by name
  cdnlab rtt us-east-1 "Springfield, US"      a cloud region, a city with its country
  cdnlab rtt cloudflare:AMS 48.86,2.35        a PoP, a point
  cdnlab rtt --pairs pairs.csv                one round trip in ms a line
  cdnlab rtt --pairs - --model fibre < pairs  from standard input, by another model
  cdnlab rtt --check measured.csv             which measured pairs are faster than light

`
const files = `
A file of pairs holds latA,lonA,latB,lonB[,ccA,ccB] a line; the country is that of the nearest known city where it is absent.
A file of measured pairs holds latA,lonA,latB,lonB,rttMs. Empty lines, # comments and a header are passed over.
`

/** Adds `cdnlab rtt`: what a round trip between two places takes. */
export function registerRtt(program: Command, streams: () => RttStreams = processStreams): void {
  program
    .command('rtt')
    .description('round trip between two places, or between many pairs of points')
    .argument('[places...]', 'two places: a city, a cloud region, a PoP, or lat,lon')
    .option('--pairs <file>', 'pairs of points, or - for standard input: one round trip in ms a line')
    .option('--check <file>', 'measured pairs, or -: tell those that are faster than light in fibre')
    .option('--model <name>', 'RTT model with its parameters, such as power or hub-region-factor:sigma=0.2')
    .option('--backbone', 'a private network between the places, not the public Internet')
    .option('--json', 'the answer as JSON')
    // A point in the south begins with a minus, as an option does: both come as words, and the answer tells them apart.
    .allowUnknownOption()
    .addHelpText('before', examples)
    .addHelpText('after', files)
    .action(async (places: string[], options: RttOptions) => {
      const { answerRtt } = await import('./rtt-answer.ts')
      await answerRtt(places, options, streams())
    })
}

function processStreams(): RttStreams {
  return {
    input: process.stdin,
    write: text =>
      new Promise((resolve, reject) => {
        process.stdout.write(text, error => (error ? reject(error) : resolve()))
      }),
  }
}

import type { Command } from 'commander'
import type { ScenarioOptions } from '../files/load-plan.ts'
import { addScenarioOptions } from './scenario-options.ts'

const examples = `Examples:
  cdnlab place world --add 5                                the next five cities to build in
  cdnlab place world --add 3 --candidates map:azure         among the places of another network
  cdnlab place my.yaml --add 2 --candidates places.txt      among places of a file, one a line
  cdnlab place europe --split-bytes 2TiB                    how to share out disks over the PoPs
`

const more = `
A place is a city, a cloud region, a PoP such as cloudflare:AMS, or lat,lon, as cdnlab rtt takes them.
--split-bytes takes the requests of the scenario, finds each PoP's miss-ratio curve, and simulates the split and equal parts on
other requests of the same kind. With --add the new PoPs share in it.`

/** As they are written on the command line. */
export interface PlaceOptions extends ScenarioOptions {
  add?: string
  candidates: string
  splitBytes?: string
  json?: boolean
  output?: string
  html?: string
  color?: boolean
  progress?: boolean
}

/** Adds `cdnlab place`: where the next PoPs would save most, and what each is worth. */
export function registerPlace(program: Command): void {
  const command = program
    .command('place')
    .description("where the next PoPs would save most of the visitors' round trips, and how to share out disks")
    .argument('<scenario>', 'a file, the name of a shipped scenario, or - for standard input')
    .option('--add <count>', 'how many PoPs to add; 3 where nothing else is asked')
    .option('--candidates <places>', 'cities, cities:N for the N largest, map:NAME, or a file of places', 'cities:1000')
    .option('--split-bytes <size>', 'share out so many bytes over all PoPs, such as 10TiB')
    .option('--json', 'the answer as JSON')
    .option('--html <file>', 'also a page with a map, in one file that needs nothing else')
    .option('-o, --output <file>', 'write into a file')
    .option('--no-progress', 'no progress bar')
    .addHelpText('before', examples)
    .addHelpText('after', more)
  addScenarioOptions(command).action(async (scenario: string, _options: PlaceOptions, self: Command) => {
    const { answerPlace } = await import('./place-answer.ts')
    await answerPlace(scenario, self.optsWithGlobals<PlaceOptions>())
  })
}

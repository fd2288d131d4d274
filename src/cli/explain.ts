import type { Command } from 'commander'
import type { ScenarioOptions } from '../files/load-plan.ts'
import { addScenarioOptions } from './scenario-options.ts'

const examples = `Examples:
  cdnlab explain world --request 1000000             why it was a hit or not, and what each round trip took
  cdnlab explain shield --request 5 --set shields=[] the same request in another world
  cdnlab explain world --request 5 --json            for a program
`

export interface ExplainOptions extends ScenarioOptions {
  request: string
  json?: boolean
  progress?: boolean
  color?: boolean
}

/** Adds `cdnlab explain`: the whole story of one request. */
export function registerExplain(program: Command): void {
  const command = program
    .command('explain')
    .description('the whole story of one request of a run: route, object, verdict, each round trip')
    .argument('<scenario>', 'a file, the name of a shipped scenario, or - for standard input')
    .requiredOption('--request <number>', 'its number in the run, from 0')
    .option('--json', 'as JSON')
    .option('--no-progress', 'no progress bar')
    .addHelpText('before', examples)
  addScenarioOptions(command).action(async (scenario: string, _options: ExplainOptions, self: Command) => {
    const { explainScenario } = await import('./explain-request.ts')
    await explainScenario(scenario, self.optsWithGlobals<ExplainOptions>())
  })
}

import type { Command } from 'commander'
import type { ScenarioOptions } from '../files/load-plan.ts'
import { addScenarioOptions } from './scenario-options.ts'

const examples = `Examples:
  cdnlab check my.yaml                       every mistake with file, line and column
  cdnlab check scenarios/*.yaml              several at once
  cdnlab check world --set edge.policy=lur   with a changed key
  cdnlab check --schema > scenario.schema.json
`

export interface CheckOptions extends ScenarioOptions {
  schema?: boolean
  plan?: boolean
}

/** Adds `cdnlab check`: looks scenarios over without running them. */
export function registerCheck(program: Command): void {
  const command = program
    .command('check')
    .description('look scenarios over without running them; exit code 2 when there are mistakes')
    .argument('[scenarios...]', 'files, names of shipped scenarios, or - for standard input')
    .option('--schema', 'print the JSON Schema of scenarios, for editors')
    .option('--plan', 'print the scenario as it was understood, every default filled in, as JSON')
    .addHelpText('before', examples)
  addScenarioOptions(command).action(async (scenarios: string[], options: CheckOptions) => {
    const { checkScenarios } = await import('./check-scenarios.ts')
    await checkScenarios(scenarios, options)
  })
}

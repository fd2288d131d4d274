import type { Command } from 'commander'
import type { ScenarioOptions } from '../files/load-plan.ts'
import { addScenarioOptions } from './scenario-options.ts'

const examples = `Examples:
  cdnlab run world                              a shipped scenario by its name
  cdnlab run my.yaml --set edge.policy=sieve    a file, with a changed key
  cdnlab run my.yaml --replications 10          with intervals
  cdnlab run my.yaml --json -o result.json      the whole result, for programs
  cdnlab run my.yaml --markdown | less          for an issue or a wiki
  cdnlab run my.yaml --html report.html         a page with maps and curves
  cdnlab run world --watch                      follow it while it runs
  cat my.yaml | cdnlab run -                    from standard input
`

const codes = `
Exit codes: 0, 1 the run failed, 2 a mistake in the scenario or the options, 99 a threshold was missed, 130 interrupted.`

export interface RunOptions extends ScenarioOptions {
  json?: boolean
  csv?: boolean
  markdown?: boolean
  output?: string
  html?: string
  progress?: boolean
  watch?: boolean
  workers?: string
  color?: boolean
}

/** Adds `cdnlab run`: simulates a scenario and reports. */
export function registerRun(program: Command): void {
  const command = program
    .command('run')
    .description('simulate a scenario and report')
    .argument('<scenario>', 'a file, the name of a shipped scenario, or - for standard input')
    .option('--json', 'the whole result as JSON, with its manifest')
    .option('--csv', 'a table with a row for each PoP, country and city')
    .option('--markdown', 'the report as Markdown')
    .option('--html <file>', 'also a page to look at, in one file that needs nothing else')
    .option('-o, --output <file>', 'write to a file and not to standard output')
    .option('--watch', 'follow the run: figures, curves and map are redrawn while it goes')
    .option('--workers <count>', 'threads to share the PoPs out over; the result is the same')
    .option('--no-progress', 'no progress bar')
    .addHelpText('before', examples)
    .addHelpText('after', codes)
  addScenarioOptions(command).action(async (scenario: string, _options: RunOptions, self: Command) => {
    const { runScenario } = await import('./run-scenario.ts')
    await runScenario(scenario, self.optsWithGlobals<RunOptions>())
  })
}

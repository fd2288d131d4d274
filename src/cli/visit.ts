import type { Command } from 'commander'
import { addScenarioOptions } from './scenario-options.ts'
import type { VisitCommandOptions } from './visit-action.ts'

const examples = `Examples:
  cdnlab visit world --requests 10000            to the front door of a running cdnlab serve world
  cdnlab visit shield --rate 200/s               at a rate of its own instead of the scenario's
  cdnlab visit shield --fast --at-once 32        as fast as the PoPs answer
  cdnlab visit world --json                      for programs
  cdnlab visit world --html visit.html           a page with map and curves

`

/** Adds `cdnlab visit`: a scenario's visitors against running PoPs. */
export function registerVisit(program: Command): void {
  const command = program
    .command('visit')
    .description("send a scenario's visitors to running PoPs, check every body and report")
    .argument('<scenario>', 'the scenario that is being served')
    .option('--door <url>', 'the front door, or one PoP', 'http://127.0.0.1:8080')
    .option('--requests <count>', 'end after so many', '2000')
    .option('--rate <rate>', "visits a second instead of the scenario's times")
    .option('--speed <factor>', "the scenario's times run so much faster", '1')
    .option('--fast', 'as fast as answers come')
    .option('--at-once <count>', 'visits under way at once', '256')
    .option('--max-bytes <size>', 'larger objects are asked for with this size', '1MiB')
    .option('--no-check', "don't compare bodies: the origin is not the built-in one")
    .option('--no-model', "don't simulate the same visits for comparison")
    .option('--time-scale <factor>', 'as the PoPs were started with', '1')
    .option('--json', 'the whole result as JSON, as run has it')
    .option('--csv', 'a table with a row for each PoP, country and city')
    .option('--markdown', 'the report as Markdown')
    .option('--html <file>', 'also a page to look at, in one file that needs nothing else')
    .addHelpText('before', examples)
    .addHelpText(
      'after',
      '\nExit codes: 0, 1 a body was wrong or nobody answered, 2 a mistake in the options, 130 interrupted.',
    )
    .action(async (scenario: string, _options, self: Command) => {
      const { visitScenario } = await import('./visit-action.ts')
      await visitScenario(scenario, self.optsWithGlobals<VisitCommandOptions>())
    })
  addScenarioOptions(command)
}

import type { Command } from 'commander'
import { collect } from './repeated.ts'

/** Adds the options that change a scenario before it is looked at: `--set`, `--seed`, `--replications`, `--allow-outside`. */
export function addScenarioOptions(command: Command): Command {
  return command
    .option('--set <key=value>', 'change a key, such as edge.policy=sieve; may be given again', collect, [])
    .option('--seed <number>', 'the same as --set seed=<number>')
    .option('--replications <count>', 'the same as --set replications=<count>')
    .option('--allow-outside', 'let the scenario name files outside its own folder')
}

import { Command, CommanderError } from 'commander'
import { loadPlugins, takePluginOptions } from '../files/plugins.ts'
import { readVersion } from '../files/version.ts'
import { nameHint } from '../lib/nearest-name.ts'
import { UserError } from '../lib/user-error.ts'
import { commands } from './commands.ts'
import { describeFailure } from './failures.ts'

/** What `cdnlab` without a command does. */
const mainJob = ['run', 'world']

const examples = `Examples:
  cdnlab                                the main job: scenarios/world.yaml
  cdnlab run shield                     simulate a scenario and print its report
  cdnlab run world --set edge.policy=sieve --set edge.capacity=1GiB
  cdnlab check my.yaml                  every mistake, with line and column
  cdnlab list policies                  what can be named in a scenario
`

/**
 * Runs the program with the words after its name and answers the exit code: 0, 1 the run failed, 2 usage or input, 70 a bug,
 * 99 a threshold, 130 interrupted. Only the module of the command that is asked for is loaded.
 */
export async function main(given: readonly string[]): Promise<number> {
  try {
    const words = takePluginOptions(given)
    await loadPlugins()
    const named = words.find(word => !word.startsWith('-'))
    const isMainJob = words.length === 0
    const program = createProgram()
    const name = isMainJob ? mainJob[0] : named === 'help' ? words[words.indexOf('help') + 1] : named
    const entry = commands.find(command => command.name === name)
    if (name !== undefined && entry === undefined && !name.startsWith('-'))
      throw new UserError({
        message: `unknown command "${name}"`,
        hint: nameHint(
          name,
          commands.map(command => command.name),
        ),
      })
    if (entry) await entry.register(program)
    if (isMainJob)
      process.stderr.write(
        'cdnlab: running the main job, scenarios/world.yaml; `cdnlab --help` shows what else there is\n',
      )
    for (const command of program.commands) command.helpCommand(false).showHelpAfterError('(--help shows all options)')
    if (entry && named === 'help') await program.parseAsync([entry.name, '--help'], { from: 'user' })
    else if (named === 'help') await program.parseAsync(['--help'], { from: 'user' })
    else await program.parseAsync(isMainJob ? mainJob : [...words], { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const { text, exitCode } = describeFailure(error)
    process.stderr.write(text)
    return exitCode
  }
}

function createProgram(): Command {
  const program = new Command('cdnlab')
    .description('A CDN laboratory: PoP caches on real geography, honest eviction benchmarks, real HTTP')
    .version(readVersion(), '-V, --version')
    .option('--no-color', 'no colours, on a terminal either')
    .option('--plugin <file>', 'a module with policies, routers, models or formats of your own; may be given again')
    .usage('[command] [options]')
    .helpCommand(false)
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText('before', examples)
    .addHelpText('after', `\nCommands:\n${listOfCommands()}\n\n\`cdnlab COMMAND --help\` shows its options.`)
    .action(() => program.help())
  // Each command's module is loaded when it is asked for, so the help page lists the commands itself.
  program.configureHelp({ visibleCommands: () => [] })
  return program
}

function listOfCommands(): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')
}

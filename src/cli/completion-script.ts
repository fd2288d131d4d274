import { Command } from 'commander'
import { writeOutput } from '../files/output.ts'
import { listShippedScenarios } from '../files/scenario-files.ts'
import { nameHint } from '../lib/nearest-name.ts'
import { UserError } from '../lib/user-error.ts'
import { commands } from './commands.ts'
import { listable } from './list.ts'
import { traceVerbs } from './trace.ts'

/** What can be completed behind a command. */
interface Completed {
  name: string
  summary: string
  options: { flags: string[]; summary: string }[]
  /** Words that its arguments may be, beside files. */
  words: readonly string[]
}

const scriptOf: Record<string, (all: readonly Completed[]) => string> = { bash, zsh, fish }

/** Writes the script for a shell. Throws UserError for one that is not known. */
export async function writeCompletion(shell: string): Promise<void> {
  const script = Object.hasOwn(scriptOf, shell) ? scriptOf[shell] : undefined
  if (!script)
    throw new UserError({ message: `no completion for "${shell}"`, hint: nameHint(shell, Object.keys(scriptOf)) })
  await writeOutput('-', script(await allCompleted()))
}

async function allCompleted(): Promise<Completed[]> {
  const scenarios = await listShippedScenarios()
  const program = new Command('cdnlab')
  for (const { register } of commands) await register(program)
  return program.commands.map(command => ({
    name: command.name(),
    summary: command.description(),
    options: command.options.map(({ short, long, description }) => ({
      flags: [short, long].filter(flag => flag !== undefined && flag !== null),
      summary: description,
    })),
    words: wordsOf(command, scenarios),
  }))
}

function wordsOf(command: Command, scenarios: readonly string[]): readonly string[] {
  if (command.name() === 'list') return listable
  if (command.name() === 'trace') return traceVerbs
  return /^scenarios?$/.test(command.registeredArguments[0]?.name() ?? '') ? scenarios : []
}

function bash(all: readonly Completed[]): string {
  const cases = all.map(({ name, options, words }) => {
    const flags = options.flatMap(option => option.flags).join(' ')
    return `    ${name}) flags='${flags}' words='${words.join(' ')}' ;;`
  })
  return `# cdnlab completion for bash
_cdnlab() {
  local word=\${COMP_WORDS[COMP_CWORD]} flags='' words=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${all.map(({ name }) => name).join(' ')} --help --version' -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$flags --help" -- "$word")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$word") $(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _cdnlab cdnlab
`
}

function zsh(all: readonly Completed[]): string {
  const named = all.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`)
  const cases = all.map(({ name, options, words }) => {
    const flags = options.flatMap(option =>
      option.flags.map(flag => quoted(`${flag}[${option.summary.replaceAll(/[[\]]/g, '')}]`)),
    )
    const rest = words.length > 0 ? `'*: :{compadd ${words.join(' ')}; _files}'` : "'*: :_files'"
    return `    ${name}) _arguments ${[...flags, rest].join(' ')} ;;`
  })
  return `#compdef cdnlab
# cdnlab completion for zsh
local -a verbs
if (( CURRENT == 2 )); then
  verbs=(
${named.join('\n')}
  )
  _describe command verbs
else
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
fi
`
}

function fish(all: readonly Completed[]): string {
  const lines = all.flatMap(({ name, summary, options, words }) => {
    const behind = `complete -c cdnlab -n '__fish_seen_subcommand_from ${name}'`
    return [
      `complete -c cdnlab -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
      ...(words.length > 0 ? [`${behind} -a ${quoted(words.join(' '))}`] : []),
      ...options.map(({ flags, summary: text }) => {
        const named = flags.map(flag => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
        return `${behind} ${named.join(' ')} -d ${quoted(text)}`
      }),
    ]
  })
  return `# cdnlab completion for fish\n${lines.join('\n')}\n`
}

/** A word within single quotes, as all three shells read it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

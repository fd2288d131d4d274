import type { Command } from 'commander'

/** What can be listed, in the order of the help page. */
export const listable = [
  'policies',
  'admissions',
  'routers',
  'models',
  'popularities',
  'sizes',
  'arrivals',
  'formats',
  'keep-alives',
  'cold-starts',
  'access',
  'pops',
  'regions',
  'prices',
  'metrics',
  'scenarios',
  'keys',
] as const
export type Listable = (typeof listable)[number]

export interface ListOptions {
  json?: boolean
  markdown?: boolean
}

const examples = `Examples:
  cdnlab list policies          names, parameters and sources
  cdnlab list pops              maps of PoPs; cdnlab list pops cloudflare shows one
  cdnlab list keys              every key of a scenario
  cdnlab list routers --json    for a program
`

/** Adds `cdnlab list`: what can be named in a scenario. */
export function registerList(program: Command): void {
  program
    .command('list')
    .description('what can be named in a scenario')
    .argument('<kind>', listable.join(', '))
    .argument('[name]', 'one entry of it, such as a PoP map')
    .option('--json', 'as JSON')
    .option('--markdown', 'as a Markdown table')
    .addHelpText('before', examples)
    .action(async (kind: string, name: string | undefined, options: ListOptions) => {
      const { listEntries } = await import('./list-entries.ts')
      await listEntries(kind, name, options)
    })
}

import type { Command } from 'commander'

const examples = `Examples:
  cdnlab merge part-0 part-1 part-2 part-3 --out results
`

export interface MergeOptions {
  out: string
  json?: boolean
  html?: string
}

/** Adds `cdnlab merge`: puts the shards of a sweep together. */
export function registerMerge(program: Command): void {
  program
    .command('merge')
    .description('put the shards of a sweep together; the files are those that one machine would have written')
    .argument('<folders...>', 'the --out folders of all shards')
    .requiredOption('--out <folder>', 'where the results go; made where it is not there')
    .option('--json', 'the cells and the differences as JSON on standard output')
    .option('--html <file>', 'also a page to look at, in one file that needs nothing else')
    .addHelpText('before', examples)
    .action(async (folders: string[], options: MergeOptions) => {
      const { mergeFolders } = await import('./merge-folders.ts')
      await mergeFolders(folders, options)
    })
}

import type { Command } from 'commander'

const examples = `Examples:
  cdnlab completion bash >> ~/.bashrc
  cdnlab completion zsh > "\${fpath[1]}/_cdnlab"
  cdnlab completion fish > ~/.config/fish/completions/cdnlab.fish
`

/** Adds `cdnlab completion`: a script that lets a shell complete commands, options and names of scenarios. */
export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .description('a script that completes commands, options and scenarios in your shell')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('before', examples)
    .action(async (shell: string) => {
      const { writeCompletion } = await import('./completion-script.ts')
      await writeCompletion(shell)
    })
}

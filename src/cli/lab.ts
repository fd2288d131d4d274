import type { Command } from 'commander'

const examples = `Examples:
  cdnlab lab               the laboratory at http://127.0.0.1:8090/
  cdnlab lab --port 0      on any free port

`

/** Adds `cdnlab lab`: the interactive page, served on loopback. */
export function registerLab(program: Command): void {
  program
    .command('lab')
    .description('an interactive page in which the engine runs; the address is printed, nothing is opened')
    .option('--port <port>', 'port on loopback; 0: any free one', '8090')
    .addHelpText('before', examples)
    .action(async ({ port }: { port: string }) => {
      const { serveLab } = await import('./lab-server.ts')
      await serveLab(port)
    })
}

import type { Command } from 'commander'
import { addScenarioOptions } from './scenario-options.ts'

const examples = `Examples:
  cdnlab serve scenarios/world.yaml --pops 5        a whole network on loopback, with its own origin
  curl -iL 'http://127.0.0.1:8080/a.jpg?from=Sydney'
                                                    ask its front door as somebody in Sydney; -L goes on to the PoP
  curl -H "Authorization: Bearer $CDNLAB_TOKEN" -H 'Content-Type: application/json' \\
       -d '{"url": "/a.jpg"}' http://127.0.0.1:9000/purge
                                                    take one object out of all PoPs
  cdnlab serve shield --origin http://127.0.0.1:3000 --proxy
                                                    a development server behind edges and a shield
  cdnlab serve world --http2 --cert cert.pem --key key.pem
                                                    HTTP/2 and TLS towards visitors
  cdnlab serve serverless-shop                      a bucket, functions, a gateway and a table behind the PoPs,
                                                    also for AWS clients by the AWS_ENDPOINT_URL that is shown
  cdnlab serve --pop 9001 --origin http://127.0.0.1:3000
                                                    one cache before one origin, nothing else

`
const after = `
A dashboard with a map, charts and buttons is at the address that is shown at the start. The control API listens on the same
--control-port: GET /state, /stats, /metrics; POST with JSON and the token /purge {"url" | "prefix" |
"tag" | "all", "soft", "pop"}, /fail {"pop"}, /revive {"pop"}, /origin {"stop", "slow"}. The token is CDNLAB_TOKEN, --token or a
random one that is shown at the start. The first Ctrl-C lets answers under way finish, the second does not.
`

/** Adds `cdnlab serve`: live PoPs over HTTP. */
export function registerServe(program: Command): void {
  const command = program
    .command('serve')
    .description('run PoPs as real HTTP caches, one or the whole network of a scenario')
    .argument('[scenario]', 'a scenario file or name; none with --pop')
    .option('--pop <port>', 'one PoP on this port, before --origin')
    .option('--origin <url>', 'the origin; the built-in one when left out')
    .option('--pops <count>', 'only so many edges of the scenario')
    .option('--port <port>', 'port of the front door', '8080')
    .option('--pop-port <port>', 'port of the first PoP; the others follow', '9001')
    .option('--control-port <port>', 'port of the control API', '9000')
    .option('--aws-port <port>', 'port for AWS clients, of a scenario with buckets, tables or functions', '4566')
    .option('--host <address>', 'address to listen on; another than loopback needs --token', '127.0.0.1')
    .option('--token <token>', 'what the control API asks for')
    .option('--proxy', 'the front door asks the PoP itself instead of answering 307')
    .option('--http2', 'visitors may speak HTTP/2: by ALPN with --cert, else with prior knowledge')
    .option('--cert <file>', 'TLS towards visitors with this certificate (PEM), and --key')
    .option('--key <file>', 'private key of --cert (PEM)')
    .option('--keep-host', "the client's Host goes on to the origin and is part of the key")
    .option('--geoip <file>', 'a GeoIP database (MaxMind format) that tells where an address is')
    .option('--time-scale <factor>', 'real ms for one of the model; 0: distance costs nothing', '1')
    .option('--mode <mode>', 'conformant: the defaults of the RFCs; cdn: what CDNs do', 'conformant')
    .option('--capacity <size>', 'room of the one PoP', '256MiB')
    .option('--policy <spec>', 'policy of the one PoP', 'lru')
    .option('--admission <spec>', 'admission of the one PoP', 'always')
    .option('--max-object <size>', 'larger objects pass through the one PoP unstored', '64MiB')
    .option('--data <folder>', 'keep buckets and tables there over a restart; in memory when left out')
    .option('--log <format>', 'a line for each answer of PoPs and gateways on standard output: combined or json')
    .addHelpText('before', examples)
    .addHelpText('after', after)
    .action(async (scenario: string | undefined, options) => {
      const { serve } = await import('./serve-action.ts')
      await serve(scenario, options)
    })
  addScenarioOptions(command)
}

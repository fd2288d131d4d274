import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Mode } from '../cache/http/freshness.ts'
import { loadPlan, type ScenarioOptions } from '../files/load-plan.ts'
import { createManifest } from '../files/manifest.ts'
import type { Atlas } from '../geo/atlas.ts'
import { parseBytes } from '../lib/quantity.ts'
import { UserError } from '../lib/user-error.ts'
import { formatAccess, type LogFormat } from '../live/access-log.ts'
import type { Answered } from '../live/exchange.ts'
import { openGeoDatabase } from '../live/locate.ts'
import { isLoopbackHost, type RunningNetwork, startNetwork } from '../live/network.ts'
import type { Speech } from '../live/pop-server.ts'
import { startPop } from '../live/single-pop.ts'
import { recordSpan } from '../live/spans.ts'
import type { Plan } from '../scenario/plan.ts'
import { choosePops } from '../scenario/plan-places.ts'
import type { Manifest } from '../stats/result.ts'
import { describeBehind, type Served } from './serve-behind-text.ts'

export interface ServeOptions extends ScenarioOptions {
  pop?: string
  origin?: string
  pops?: string
  port: string
  popPort: string
  controlPort: string
  awsPort: string
  host: string
  token?: string
  proxy?: boolean
  keepHost?: boolean
  geoip?: string
  timeScale: string
  mode: string
  capacity: string
  policy: string
  admission: string
  maxObject: string
  log?: string
  data?: string
  http2?: boolean
  cert?: string
  key?: string
}

/** Runs until it is told to stop. Throws UserError. */
export async function serve(scenario: string | undefined, options: ServeOptions): Promise<void> {
  const token = tokenFor(options)
  const onAnswered = listenerFor(options)
  const running =
    options.pop === undefined
      ? await serveScenario(scenario, options, token, onAnswered)
      : await servePop(scenario, options, onAnswered)
  await untilToldToStop(running)
}

interface Closable {
  close(isHard?: boolean): Promise<void>
}

async function servePop(
  scenario: string | undefined,
  options: ServeOptions,
  onAnswered: (pop: string, answered: Answered) => void,
): Promise<Closable> {
  if (scenario !== undefined) throw new UserError('--pop starts one PoP and takes no scenario')
  if (options.origin === undefined) throw new UserError({ message: '--pop needs --origin', hint: 'an http URL' })
  const capacityBytes = readBytes('--capacity', options.capacity)
  const greatest = readBytes('--max-object', options.maxObject)
  const name = `cdnlab-${options.pop}`
  const running = await startPop({
    origin: readOrigin(options.origin),
    host: options.host,
    port: readPort('--pop', options.pop ?? ''),
    mode: readMode(options.mode),
    capacityBytes,
    policy: options.policy,
    admission: options.admission,
    speech: await readSpeech(options),
    pop: { greatestObjectBytes: Math.min(greatest, capacityBytes) },
    onAnswered: answered => onAnswered(name, answered),
  })
  say(`PoP ${running.live.url} before ${options.origin}`)
  return running
}

async function serveScenario(
  scenario: string | undefined,
  options: ServeOptions,
  token: { value: string; isNew: boolean },
  onAnswered: (pop: string, answered: Answered) => void,
): Promise<Closable> {
  if (scenario === undefined)
    throw new UserError({ message: 'serve needs a scenario, or --pop PORT --origin URL', hint: 'scenarios/world.yaml' })
  const { plan: whole, atlas, warnings, file, text, tracePath, folder } = await loadPlan(scenario, options)
  for (const { message } of warnings) say(`warning: ${message}`)
  const plan = options.pops === undefined ? whole : withEdges(whole, readCount('--pops', options.pops), atlas)
  const findAddress = options.geoip === undefined ? undefined : await openGeoDatabase(options.geoip)
  const behind = await behindOf(plan, options, folder)
  const network = await startNetwork({
    plan,
    atlas,
    behind,
    origin: options.origin === undefined ? undefined : readOrigin(options.origin),
    mode: readMode(options.mode),
    host: options.host,
    port: readPort('--port', options.port),
    popPort: readPort('--pop-port', options.popPort),
    controlPort: readPort('--control-port', options.controlPort),
    manner: options.proxy ? 'proxy' : 'redirect',
    timeScale: readScale(options.timeScale),
    keepsHost: options.keepHost === true,
    token: token.value,
    speech: await readSpeech(options),
    ...(findAddress ? { findAddress } : {}),
    onAnswered,
    scenario: text,
    manifest: withoutToken(await createManifest(plan, file, tracePath), token.value),
    now: Date.now,
  })
  announce(network, token, behind)
  return { close: isHard => closeBoth(network, behind, isHard) }
}

/** Starts what stands behind the PoPs, where the scenario names something. */
async function behindOf(plan: Plan, options: ServeOptions, folder: string): Promise<Served | undefined> {
  if (plan.backends === null) {
    if (options.data !== undefined) throw new UserError('--data needs a scenario with buckets or tables')
    return undefined
  }
  const { serveBackends } = await import('./serve-backends.ts')
  return serveBackends({
    plan,
    backends: plan.backends,
    folder,
    allowOutside: options.allowOutside === true,
    host: options.host,
    port: readPort('--aws-port', options.awsPort),
    timeScale: readScale(options.timeScale),
    say,
    logFormat: readLogFormat(options.log),
    dataFolder: options.data,
  })
}

/** The PoPs first: what is under way at them may still need what stands behind. */
async function closeBoth(network: RunningNetwork, behind: Served | undefined, isHard?: boolean): Promise<void> {
  await network.close(isHard)
  await behind?.backends.close(isHard)
}

function announce(
  { door, control, pops, origin }: RunningNetwork,
  token: { value: string; isNew: boolean },
  behind: Served | undefined,
): void {
  for (const { id, live, isEdge } of pops) say(`${isEdge ? 'edge  ' : 'shield'} ${live.url}  ${id}`)
  if (behind === undefined) say(`origin ${origin.url.origin}${origin.state ? '  built in' : ''}`)
  else for (const line of describeBehind(behind)) say(line)
  say(`control ${control.url}${token.isNew ? `  token ${token.value}` : ''}`)
  // The fragment of an address stays in the browser. A token of the user's own is not for the screen: the page asks for it.
  say(`dashboard ${control.url}/${token.isNew ? `#token=${token.value}` : '  it asks for the token'}`)
  const flags = door.url.startsWith('https') ? '-ikL' : '-iL'
  say(
    `front door ${door.url}  for instance curl ${flags} '${door.url}${behind === undefined ? '/a.jpg' : '/'}?from=Sydney'`,
  )
  say('Ctrl-C ends it')
}

/** A report is made to be sent around: the token, which may stand in the command line, is not in it. */
function withoutToken(manifest: Manifest, token: string): Manifest {
  return { ...manifest, command: manifest.command.replaceAll(token, '…') }
}

/** The edges that bring people nearest, so many of them, and all tiers above them. */
function withEdges(plan: Plan, count: number, atlas: Atlas): Plan {
  const sites = plan.pops
    .filter(({ isEdge }) => isEdge)
    .map(({ id, place }) => ({ ...place, id, name: place.name ?? id }))
  const chosen = new Set(choosePops(sites, count, atlas).map(({ id }) => id))
  const kept = plan.pops.map((pop, index) => ({ pop, index })).filter(({ pop }) => !pop.isEdge || chosen.has(pop.id))
  const places = new Map(kept.map(({ index }, place) => [index, place]))
  return { ...plan, pops: kept.map(({ pop }) => ({ ...pop, parent: places.get(pop.parent) ?? -1 })) }
}

function listenerFor({ log }: ServeOptions): (pop: string, answered: Answered) => void {
  const format = readLogFormat(log)
  if (format === undefined) return recordSpan
  return (pop, answered) => {
    recordSpan(pop, answered)
    process.stdout.write(`${formatAccess(format, pop, answered, new Date())}\n`)
  }
}

function readLogFormat(text: string | undefined): LogFormat | undefined {
  if (text === undefined || text === 'combined' || text === 'json') return text
  throw new UserError('--log is combined or json')
}

function tokenFor({ token = process.env.CDNLAB_TOKEN, host }: ServeOptions): { value: string; isNew: boolean } {
  if (!isLoopbackHost(host)) {
    if (token === undefined)
      throw new UserError({ message: `${host} can be reached from elsewhere: that needs a token`, hint: '--token' })
    say(`warning: ${host} can be reached from other machines`)
  }
  if (token !== undefined && token.length < 8) throw new UserError('a token has at least 8 characters')
  return token === undefined
    ? { value: randomBytes(18).toString('base64url'), isNew: true }
    : { value: token, isNew: false }
}

/** SIGINT and SIGTERM drain; the second one ends at once. */
async function untilToldToStop(running: Closable): Promise<void> {
  const signal = await new Promise<NodeJS.Signals>(resolve => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, resolve)
  })
  say(`${signal}: finishing what is under way; once more to stop at once`)
  const exitCode = signal === 'SIGINT' ? 130 : 143
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      process.exit(exitCode)
    })
  await running.close()
  process.exitCode = exitCode
}

async function readSpeech({ http2 = false, cert, key }: ServeOptions): Promise<Speech> {
  if (cert === undefined && key === undefined) return { http2 }
  if (cert === undefined || key === undefined)
    throw new UserError({ message: 'TLS needs a certificate and its key', hint: '--cert FILE --key FILE' })
  const read = (file: string): Promise<string> =>
    readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new UserError({ message: `can not read ${file}: ${error.code}` })
    })
  const tls = { cert: await read(cert), key: await read(key) }
  try {
    createSecureContext(tls)
  } catch (error) {
    throw new UserError(`${cert} and ${key} are no pair of PEM files: ${(error as Error).message}`)
  }
  return { http2, tls }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

function readPort(name: string, text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new UserError(`${name}: "${text}" is no port`)
  return port
}

function readCount(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UserError(`${name}: "${text}" is no count`)
  return Number(text)
}

function readScale(text: string): number {
  const scale = Number(text)
  if (text.trim() === '' || !(scale >= 0 && scale <= 1000))
    throw new UserError(`--time-scale: "${text}" is not 0 to 1000`)
  return scale
}

function readBytes(name: string, text: string): number {
  const bytes = parseBytes(text)
  if (bytes === undefined || bytes === 0)
    throw new UserError({ message: `${name}: "${text}" is no size`, hint: '256MiB' })
  return bytes
}

function readMode(text: string): Mode {
  if (text !== 'conformant' && text !== 'cdn') throw new UserError('--mode is conformant or cdn')
  return text
}

function readOrigin(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '')
    throw new UserError({ message: `--origin: "${text}" is no http URL`, hint: 'http://127.0.0.1:3000' })
  if (url.pathname !== '/' || url.search !== '') throw new UserError('--origin names a server, not a path on it')
  return url
}

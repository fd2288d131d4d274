import { randomBytes } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { resolveReference } from '../files/scenario-files.ts'
import { UserError } from '../lib/user-error.ts'
import type { LogFormat } from '../live/access-log.ts'
import type { LiveBackends } from '../live/backends.ts'
import { type DataFolder, dataLockFile, makeDataFolder, openDataFolder } from '../live/data-folder.ts'
import type { EdgeCode } from '../live/edge-code.ts'
import type { Behind } from '../live/network.ts'
import { poolOf } from '../live/open-buckets.ts'
import type { BackendsPlan, Plan } from '../scenario/plan.ts'
import type { WatchedEngine } from '../services/edge/watched-engine.ts'
import { type Lock, takeLock } from '../sweep/lock.ts'
import type { Served } from './serve-behind-text.ts'

export interface BackendsToServe {
  plan: Plan
  backends: BackendsPlan
  /** Where the scenario lies: the files that it names stay in it. */
  folder: string
  allowOutside: boolean
  host: string
  port: number
  timeScale: number
  say(text: string): void
  /** A folder that keeps buckets and tables over a restart. */
  dataFolder?: string | undefined
  /** How gateways write their access log to standard output; none when left out. */
  logFormat?: LogFormat | undefined
}

/** Starts what stands behind the PoPs of a scenario. Throws UserError for files that are not there and code with mistakes. */
export async function serveBackends(options: BackendsToServe): Promise<Served> {
  const { plan, backends, host, port, timeScale, say, logFormat } = options
  const paths = await resolveAll(options)
  const pathOf = (reference: string): string => paths.get(reference)!
  const [{ startBackends }, { createPathRules }] = await Promise.all([
    import('../live/backends.ts'),
    import('../live/origin-choice.ts'),
  ])
  const credentials = { accessKeyId: 'cdnlab', secretAccessKey: randomBytes(24).toString('base64url') }
  const kept = options.dataFolder === undefined ? undefined : keepIn(options.dataFolder, poolOf(backends))
  const running = await startBackends({
    data: kept?.data,
    ...{ plan, backends, pathOf, host, port, credentials, timeScale, now: Date.now },
    ...(logFormat === undefined ? {} : { logFormat, log: writeLine }),
    onFault: error => say(`fault: ${error instanceof Error ? error.stack : String(error)}`),
  }).catch((error: unknown) => {
    kept?.lock.release()
    throw error
  })
  try {
    const rules = createPathRules(backends, plan.behaviors)
    const opened = await openCode(backends, rules, running, pathOf)
    const close = async (isHard?: boolean): Promise<void> => {
      await running.close(isHard)
      await opened?.engine.close()
      kept?.lock.release()
    }
    return { backends: { ...running, close }, rules, code: opened?.code, credentials }
  } catch (error) {
    await running.close(true)
    kept?.lock.release()
    throw error
  }
}

/** The folder is this process's own until its lock is released. */
function keepIn(folder: string, pool: ReturnType<typeof poolOf>): { data: DataFolder; lock: Lock } {
  makeDataFolder(folder)
  const lock = takeLock(join(folder, dataLockFile), 'choose another --data')
  try {
    return { data: openDataFolder(folder, pool), lock }
  } catch (error) {
    lock.release()
    throw error
  }
}

function writeLine(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** The hooks, each script checked; undefined where there are none. */
async function openCode(
  backends: BackendsPlan,
  rules: Behind['rules'],
  { functions }: LiveBackends,
  pathOf: (reference: string) => string,
): Promise<{ code: EdgeCode; engine: WatchedEngine } | undefined> {
  if (backends.hooks.length === 0) return undefined
  const [{ createEdgeCode }, { createWatchedEngine }] = await Promise.all([
    import('../live/edge-code.ts'),
    import('../services/edge/watched-engine.ts'),
  ])
  const scripts = await Promise.all(
    backends.hooks.flatMap(hook =>
      hook.kind === 'script'
        ? [readFile(pathOf(hook.file), 'utf8').then(code => ({ name: hook.name, file: hook.file, code }))]
        : [],
    ),
  )
  const engine = await createWatchedEngine(scripts)
  return { code: createEdgeCode({ backends, rules, engine, functions, now: Date.now }), engine }
}

/** Every file and folder that the scenario names for its systems, by what it is called there. Throws UserError with all mistakes. */
async function resolveAll({ backends, folder, allowOutside }: BackendsToServe): Promise<Map<string, string>> {
  const { buckets, tables, functions, apis, hooks } = backends
  const files = [
    ...functions.map(({ file }) => file),
    ...hooks.flatMap(hook => (hook.kind === 'script' ? [hook.file] : [])),
    ...tables.flatMap(({ from }) => (from === '' ? [] : [from])),
    ...apis.flatMap(({ authorizers }) =>
      authorizers.flatMap(each => (each.kind === 'jwt' && !/^https?:/.test(each.jwks) ? [each.jwks] : [])),
    ),
  ]
  const folders = buckets.flatMap(({ from }) => (from === '' ? [] : [from]))
  const paths = new Map<string, string>()
  const mistakes: UserError[] = []
  const note = async (name: string, found: Promise<string>): Promise<void> => {
    try {
      paths.set(name, await found)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      mistakes.push(error)
    }
  }
  for (const name of new Set(files)) await note(name, resolveReference(folder, name, allowOutside))
  for (const name of new Set(folders)) await note(name, resolveFolder(folder, name, allowOutside))
  if (mistakes.length > 0) throw new UserError(mistakes.flatMap(({ mistakes }) => mistakes))
  return paths
}

/** The path of a folder that a scenario names: in the scenario's own, also after following links, unless `allowOutside`. */
async function resolveFolder(folder: string, name: string, allowOutside: boolean): Promise<string> {
  const path = resolve(folder, name)
  const isFolder = await stat(path).then(
    found => found.isDirectory(),
    () => false,
  )
  if (!isFolder) throw new UserError({ message: `folder "${name}" is not in ${folder}` })
  const isOutside = (way: string): boolean => way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
  if (!allowOutside && isOutside(relative(await realpath(folder), await realpath(path))))
    throw new UserError({
      message: `folder "${name}": it lies outside the scenario's folder`,
      hint: '--allow-outside reads it all the same',
    })
  return path
}

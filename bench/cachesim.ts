import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a process cost and said. */
export interface ProcessCost {
  cpuS: number
  wallS: number
  output: string
}

/** The environment without what makes Node.js read certificates when it starts, which a machine may ask for and a comparison never needs. */
const { NODE_EXTRA_CA_CERTS: _certificates, ...plainEnvironment } = process.env

/** Runs a program and takes its CPU time from the shell that started it. Throws when it fails. */
export function runProcess(words: readonly string[], environment: NodeJS.ProcessEnv = plainEnvironment): ProcessCost {
  const start = process.hrtime.bigint()
  const result = spawnSync('sh', ['-c', '"$@" 2>&1 || exit $?; times', 'sh', ...words], {
    encoding: 'utf8',
    env: environment,
    cwd: tmpdir(),
    maxBuffer: 2 ** 28,
  })
  const wallS = Number(process.hrtime.bigint() - start) / 1e9
  if (result.status !== 0) throw new Error(`${words.join(' ')} failed: ${result.stdout.slice(-500)}`)
  const children = result.stdout.trimEnd().split('\n').at(-1)!
  const parts = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => 60 * Number(minutes) + Number(seconds),
  )
  return { cpuS: parts[0]! + parts[1]!, wallS, output: result.stdout }
}

const lookEveryMs = 2

/** The most memory that a program had at a time, in bytes, by looking every few milliseconds; NaN where the platform does not tell. */
export async function peakMemory(words: readonly string[]): Promise<number> {
  const child = spawn(words[0]!, words.slice(1), { stdio: 'ignore', env: plainEnvironment, cwd: tmpdir() })
  let peak = Number.NaN
  const file = `/proc/${child.pid}/status`
  const look = (): void => {
    if (!existsSync(file)) return
    const said = /VmHWM:\s*(\d+) kB/.exec(readFileSync(file, 'utf8'))
    if (said) peak = 1024 * Number(said[1])
  }
  const timer = setInterval(look, lookEveryMs)
  await once(child, 'exit')
  clearInterval(timer)
  return peak
}

/** What libCacheSim's `cachesim` says of one run. */
export interface CachesimRun {
  missRatio: number
  /** CPU seconds of its loop: the time that it prints, less what the machine gave to others meanwhile. */
  loopS: number
  /** CPU seconds of the whole process. */
  processS: number
}

/** How `cachesim` is asked for policies and sizes, objects counting 1 each, on an oracleGeneral file: it runs them all side by side. */
export function cachesimWords(
  program: string,
  file: string,
  policies: readonly string[],
  sizes: readonly number[],
): string[] {
  return [program, file, 'oracleGeneral', policies.join(','), sizes.join(','), '--ignore-obj-size', '1']
}

/** Runs one policy at one size, objects counting 1 each, on an oracleGeneral file. */
export function runCachesim(
  program: string,
  file: string,
  policy: string,
  size: number,
  requests: number,
): CachesimRun {
  const { cpuS, wallS, output } = runProcess(cachesimWords(program, file, [policy], [size]))
  const said = /miss ratio ([\d.]+), throughput ([\d.]+) MQPS/.exec(output)
  if (!said) throw new Error(`cachesim said: ${output.slice(-500)}`)
  const share = Math.min(1, cpuS / wallS)
  return { missRatio: Number(said[1]), loopS: (requests / (Number(said[2]) * 1e6)) * share, processS: cpuS }
}

/** Writes a trace of objects of size 1 as an oracleGeneral file, calls `use` with its path, and removes it; no ids, no file. */
export async function withTraceFile(ids: Int32Array | null, use: (file: string) => Promise<void>): Promise<void> {
  if (ids === null) return use('')
  const folder = mkdtempSync(join(tmpdir(), 'cdnlab-bench-'))
  try {
    const file = join(folder, 'trace.oracleGeneral.bin')
    writeOracleGeneral(file, ids)
    await use(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function writeOracleGeneral(file: string, ids: Int32Array): void {
  const next = new Int32Array(ids.length).fill(-1)
  const seen = new Int32Array(ids.reduce((most, id) => Math.max(most, id + 1), 0)).fill(-1)
  for (let row = 0; row < ids.length; row++) {
    const before = seen[ids[row]!]!
    if (before >= 0) next[before] = row + 1
    seen[ids[row]!] = row
  }
  const target = openSync(file, 'w')
  const rows = 65_536
  const block = new DataView(new ArrayBuffer(24 * rows))
  for (let from = 0; from < ids.length; from += rows) {
    const count = Math.min(rows, ids.length - from)
    for (let row = 0; row < count; row++) {
      // That program leaves out what lies in the first second, here one request.
      block.setUint32(24 * row, from + row === 0 ? 0 : 1, true)
      block.setBigUint64(24 * row + 4, BigInt(ids[from + row]! + 1), true)
      block.setUint32(24 * row + 12, 1, true)
      block.setBigInt64(24 * row + 16, BigInt(next[from + row]!), true)
    }
    writeSync(target, block, 0, 24 * count)
  }
  closeSync(target)
}

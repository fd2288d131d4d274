import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readVersion } from '../../src/files/version.ts'
import type { CellEnd } from '../../src/sweep/cell-pool.ts'
import type { FleetCell } from '../../src/sweep/fleet-cell.ts'
import { openQueue } from '../../src/sweep/queue.ts'
import { parseQueueAddress } from '../../src/sweep/queue-address.ts'
import { runOnFleet } from '../../src/sweep/submit.ts'
import { freePort, type RedisServer, redisProgram, startRedis } from './redis.ts'

const program = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js')
const scenario = `title: A city
visitors: { cities: 2, access: { fibre: 1 } }
pops: [{ id: lhr, at: London }]
edge: { capacity: 20kB }
traffic: { objects: 50, requests: 60000, sizes: fixed:bytes=1000 }
warmup: none
`
const grid = ['--grid', 'edge.policy=lru,fifo', '--grid', 'seed=1..100']

const skipped = "no redis-server here: install Debian's package to try fleets"
if (!redisProgram) console.warn(`SKIPPED: ${skipped}`)

let folder = ''
const children: ChildProcess[] = []
let redis: RedisServer | undefined
const at = (name: string): string => join(folder, name)
const files = ['results.jsonl', 'report.csv', 'report.md']
const bytesOf = (name: string): string[] => files.map(file => readFileSync(at(join(name, file)), 'utf8'))
const urlOf = (prefix: string): string => `redis://127.0.0.1:${redis?.port}/${prefix}`

const quiet = { onAway: () => undefined, onBack: () => undefined }

interface Running {
  child: ChildProcess
  ended: Promise<{ code: number | null; told: string }>
}

function cdnlab(...words: string[]): Running {
  const child = spawn(process.execPath, [program, ...words], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let told = ''
  child.stderr!.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  children.push(child)
  return { child, ended: new Promise(resolve => child.on('close', code => resolve({ code, told }))) }
}

const sweep = (out: string, ...more: string[]): Running => cdnlab('sweep', 's.yaml', '--out', out, ...more)
const join3 = (prefix: string): Running[] =>
  [1, 2, 3].map(() => cdnlab('worker', '--queue', urlOf(prefix), '--workers', '1', '--lock', '2s'))

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name)
    return true
  } catch {
    return false
  }
}

/** Complete lines of a file; 0 when there is none. */
function linesOf(name: string): number {
  return existsSync(at(name)) ? readFileSync(at(name)).filter(byte => byte === 10).length : 0
}

/** Waits until a journal has so many lines. Throws what its sweep told when it ends before. */
async function untilLines(name: string, lines: number, { child, ended }: Running): Promise<void> {
  while (linesOf(name) <= lines) {
    if (child.exitCode !== null) throw new Error(`ended early: ${(await ended).told}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-fleet-'))
  writeFileSync(at('s.yaml'), scenario)
  if (redisProgram) redis = await startRedis(folder)
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await redis?.kill()
  rmSync(folder, { recursive: true })
})

it('says what a queue in PostgreSQL needs', async () => {
  if (isInstalled('pg')) return
  const { code, told } = await cdnlab('worker', '--queue', 'postgres://u:secret@127.0.0.1:1/lab').ended
  expect([code, told]).toEqual([
    2,
    expect.stringMatching(/u:\*\*\*@.*: the driver of PostgreSQL is not installed \(npm/),
  ])
})

it('has a server to try fleets with, where everything must be tried', () => {
  if (process.env.CI) expect(redisProgram).toBeDefined()
})

describe.skipIf(!redisProgram)('a fleet', () => {
  it('comes to the bytes of one machine, though a worker and the server are killed on the way', async () => {
    const whole = sweep('whole', ...grid, '--workers', '1')
    const fleet = sweep('fleet', ...grid, '--queue', urlOf('kills'))
    const [first, ...others] = join3('kills')
    await untilLines('fleet/journal', 50, fleet)
    first!.child.kill('SIGKILL')
    await untilLines('fleet/journal', 100, fleet)
    await redis!.kill()
    const before = linesOf('fleet/journal')
    await new Promise(resolve => setTimeout(resolve, 300))
    await redis!.restart()
    expect((await fleet.ended).code).toBe(0)
    expect(before).toBeLessThan(201)
    expect((await fleet.ended).told).toMatch(/is away.*\nthe queue is back\nwritten to fleet\n$/)
    expect(linesOf('fleet/results.jsonl')).toBe(200)
    expect((await whole.ended).code).toBe(0)
    expect(bytesOf('fleet')).toEqual(bytesOf('whole'))
    for (const { child } of others) child.kill('SIGTERM')
    for (const { ended } of others) expect((await ended).code).toBe(0)
  }, 240_000)

  it('refuses cells of another version, of a trace that is not here, and too large ones, and leaves them to others', async () => {
    const queue = await openQueue(parseQueueAddress(urlOf('strange')), quiet)
    const cell = { version: readVersion(), recipe: '', overrides: [], needBytes: 1 }
    const trace = { path: 'nowhere/t.csv', hash: 'a'.repeat(64), bytes: 7, reading: 'r' }
    await queue.recipes.add('recipe', { text: scenario, file: 's.yaml' }, { jobId: 'known' })
    const cases = [
      [{ ...cell, version: '0.0.1' }, 'the queue holds cells of cdnlab 0.0.1, and this is'],
      [{ ...cell, needBytes: 2 ** 50 }, 'the queue holds cells of up to 1.00 PiB, and'],
      [{ ...cell, recipe: 'known', trace }, 'the trace t.csv (sha256 aaaaaaaaaaaa..., 7 bytes) is not here (say where'],
    ] as const
    for (const [data, refusal] of cases) {
      await queue.cells.add('cell', data as FleetCell, { jobId: 'a' })
      const { code, told } = await cdnlab('worker', '--queue', urlOf('strange'), '--workers', '1').ended
      expect([code, told]).toEqual([2, expect.stringContaining(`error: ${refusal}`)])
      expect(await queue.cells.getWaitingCount()).toBe(1)
      await queue.cells.remove('a')
    }
    await queue.close()
  })

  it('puts its cell back at SIGINT, and an interrupted sweep takes its cells out', async () => {
    const queue = await openQueue(parseQueueAddress(urlOf('stop')), quiet)
    const fleet = sweep('stopped', '--grid', 'seed=1..3', '--set', 'traffic.requests=3e8', '--queue', urlOf('stop'))
    const [{ child, ended }] = [cdnlab('worker', '--queue', urlOf('stop'), '--workers', '1')]
    while ((await queue.cells.getActiveCount()) === 0) await new Promise(resolve => setTimeout(resolve, 20))
    child.kill('SIGINT')
    expect(await ended).toEqual({ code: 130, told: expect.stringContaining('0 cells run\n') })
    expect(await queue.cells.getJobCounts('active', 'waiting')).toEqual({ active: 0, waiting: 3 })
    fleet.child.kill('SIGINT')
    expect(await fleet.ended).toEqual({ code: 130, told: expect.stringContaining('interrupted after 0 of 3 cells') })
    expect(await queue.cells.getJobCounts('active', 'waiting')).toEqual({ active: 0, waiting: 0 })
    await queue.close()
  })

  it('loses nothing when the sweep itself is killed: what was computed meanwhile waits for its resumption', async () => {
    const words = ['--grid', 'seed=1..30', '--queue', urlOf('resume')]
    const fleet = sweep('resumed', ...words)
    const { child, ended } = cdnlab('worker', '--queue', urlOf('resume'), '--workers', '1', '--idle', '4s')
    await untilLines('resumed/journal', 5, fleet)
    fleet.child.kill('SIGKILL')
    expect((await sweep('resumed', ...words, '--resume').ended).code).toBe(0)
    child.kill('SIGTERM')
    expect(await ended).toEqual({ code: 0, told: expect.stringContaining('\n30 cells run\n') })
    expect((await sweep('straight', '--grid', 'seed=1..30').ended).code).toBe(0)
    expect(bytesOf('resumed')).toEqual(bytesOf('straight'))
  }, 120_000)

  it('charges a cell that kills its worker again and again, and goes on with the others', async () => {
    const queue = await openQueue(parseQueueAddress(urlOf('poison')), quiet)
    const values = ['a', 'poison', 'b', 'c']
    const cells = values.map((value, cell) => ({
      ...{ cell, key: value },
      task: { text: '', file: '', overrides: [{ key: 'k', value }], trace: undefined, precision: undefined },
    }))
    const ends = new Map<number, CellEnd>()
    const collected = runOnFleet(cells, {
      ...{ queue, version: '1', timeoutMs: Number.POSITIVE_INFINITY, needBytes: 1 },
      signal: new AbortController().signal,
      onLonely: () => undefined,
      onEnd: ({ cell }, end) => void ends.set(cell, end),
    })
    const worker = join(import.meta.dirname, 'poisoned-worker.mjs')
    for (let lost = 0; lost < 3; lost++) {
      const child = spawn(process.execPath, [worker, urlOf('poison')], { stdio: 'ignore' })
      children.push(child)
      expect(await new Promise(resolve => child.on('exit', (_code, signal) => resolve(signal)))).toBe('SIGKILL')
    }
    children.push(spawn(process.execPath, [worker, urlOf('poison')], { stdio: 'ignore' }))
    await collected
    await queue.close()
    const outcomes = values.map((_, cell) => ends.get(cell))
    expect(outcomes).toEqual([
      { outcome: { value: 'a' } },
      { error: 'every worker that began it was lost' },
      { outcome: { value: 'b' } },
      { outcome: { value: 'c' } },
    ])
  }, 120_000)

  it('says that a queue is not there', async () => {
    const words = ['--queue', `redis://user:secret@127.0.0.1:${await freePort()}`]
    const { code, told } = await cdnlab('worker', ...words).ended
    expect([code, told]).toEqual([
      1,
      expect.stringMatching(/^error: the queue redis:..user:\*\*\*@.* cannot be reached: /),
    ])
  })
})

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/lib/random.ts'

const program = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js')
const files = ['results.jsonl', 'report.csv', 'report.md']

const scenario = `title: Two cities
visitors: { cities: [London, Paris] }
pops: [{ id: lhr, at: London }]
edge: { capacity: 20kB }
traffic: { objects: 50, requests: 300, sizes: fixed:bytes=1000 }
warmup: none
`
const grid = ['--grid', 'edge.policy=lru,fifo', '--grid', 'seed=1..20']

let folder = ''
const at = (name: string): string => join(folder, name)
const bytesOf = (name: string): string[] => files.map(file => readFileSync(at(join(name, file)), 'utf8'))

function cdnlab(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { cwd: folder, encoding: 'utf8' })
  return { status, stdout, stderr }
}

const sweep = (out: string, ...more: string[]) => cdnlab('sweep', 's.yaml', '--out', out, ...more)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-sweep-'))
  writeFileSync(at('s.yaml'), scenario)
  const { status, stderr } = sweep('whole', ...grid, '--workers', '1')
  expect([stderr, status]).toEqual(['written to whole\n', 0])
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true }))

describe('cdnlab sweep', () => {
  it('writes a line a cell in the order of the grid', () => {
    const rows = readFileSync(at('whole/results.jsonl'), 'utf8').trim().split('\n')
    const points = rows.map(row => (JSON.parse(row) as { point: Record<string, string> }).point)
    expect(points).toEqual(
      ['lru', 'fifo'].flatMap(policy =>
        Array.from({ length: 20 }, (_, index) => ({ 'edge.policy': policy, seed: String(index + 1) })),
      ),
    )
  })

  it('writes the same bytes with two workers, and from three shards merged', () => {
    expect(sweep('two', ...grid, '--workers', '2').status).toBe(0)
    expect(bytesOf('two')).toEqual(bytesOf('whole'))
    const parts = ['0/3', '1/3', '2/3'].map((shard, index) => {
      expect(sweep(`part-${index}`, ...grid, '--shard', shard, '--workers', '1').status).toBe(0)
      return `part-${index}`
    })
    expect(cdnlab('merge', ...parts.slice(0, 2), '--out', 'merged').stderr).toContain(
      '13 of 40 cells are missing: 2, 5,',
    )
    expect(cdnlab('merge', ...parts, '--out', 'merged').status).toBe(0)
    expect(bytesOf('merged')).toEqual(bytesOf('whole'))
    expect(sweep('other', '--grid', 'seed=1..2').status).toBe(0)
    const { status, stderr } = cdnlab('merge', 'part-0', 'other', '--out', 'merged')
    expect(status).toBe(2)
    expect(stderr).toContain('grid, number of cells (40, now 2)')
  })

  it('gives the same bytes after twenty kills at random points', async () => {
    const random = createRandom(20, 'kills')
    let kills = 0
    let kept = 0
    while (kills < 20) {
      const before = linesOf('killed/journal')
      const child = spawn(
        process.execPath,
        [program, 'sweep', 's.yaml', ...grid, '--out', 'killed', '--workers', '1', '--resume'],
        { cwd: folder, stdio: 'ignore' },
      )
      const lines = random.below(3)
      const wasKilled = await killWhen(
        child,
        lines === 0 ? () => false : () => linesOf('killed/journal') >= before + lines,
        lines === 0 ? 500 * random.unit() : 60_000,
      )
      if (wasKilled) kills++
      else rmSync(at('killed'), { recursive: true })
      if (before > 1) kept++
    }
    expect(kept).toBeGreaterThan(5)
    expect(sweep('killed', ...grid, '--resume').status).toBe(0)
    expect(bytesOf('killed')).toEqual(bytesOf('whole'))
  }, 240_000)

  it('refuses to resume what has changed, and says what', () => {
    const again = sweep('whole', ...grid)
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('--resume')])
    const other = sweep('whole', ...grid, '--resume', '--set', 'edge.capacity=30kB')
    expect([other.status, other.stderr]).toEqual([2, expect.stringContaining('changed: scenario (')])
    const journal = readFileSync(at('two/journal'), 'utf8')
    expect(journal.split('\n')).toHaveLength(42)
    const { status, stderr } = sweep('two', '--grid', 'seed=1..3', '--resume')
    expect([status, stderr]).toEqual([2, expect.stringContaining('changed: grid, number of cells (40, now 3)')])
  })

  it('keeps a second process out, stops at SIGINT, and says how to go on', async () => {
    // Cells long enough that the sweep is still at work when it is stopped.
    const long = ['--grid', 'edge.policy=lru,fifo', '--grid', 'seed=1..6', '--set', 'traffic.requests=400000']
    const words = ['sweep', 's.yaml', ...long, '--out', 'stopped', '--workers', '1']
    const child = spawn(process.execPath, [program, ...words], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    let told = ''
    child.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString()
    })
    const ended = new Promise(resolve => child.on('close', resolve))
    await until(() => linesOf('stopped/journal') >= 2)
    child.kill('SIGSTOP')
    const second = cdnlab(...words, '--resume')
    expect([second.status, second.stderr]).toEqual([2, expect.stringContaining(`another process (${child.pid}@`)])
    child.kill('SIGINT')
    child.kill('SIGCONT')
    expect(await ended).toBe(130)
    expect(told).toMatch(
      /^interrupted after \d+ of 12 cells; go on with\n {2}cdnlab sweep s.yaml .* --workers 1 --resume\n$/,
    )
    expect(cdnlab(...words, '--resume').status).toBe(0)
    expect(sweep('straight', ...long, '--workers', '2').status).toBe(0)
    expect(bytesOf('stopped')).toEqual(bytesOf('straight'))
  })

  it('adds replications until the hit ratio is known well enough', () => {
    const { status } = sweep('precise', '--grid', 'edge.policy=lru,fifo', '--precision', '2%')
    expect(status).toBe(0)
    const rows = readFileSync(at('precise/results.jsonl'), 'utf8').trim().split('\n')
    const widths = rows.map(
      row => (JSON.parse(row) as { outcome: { halfWidths: Record<string, number> } }).outcome.halfWidths,
    )
    for (const { hit_ratio } of widths) {
      expect(hit_ratio).toBeGreaterThan(0)
      expect(hit_ratio).toBeLessThanOrEqual(0.02)
    }
  })

  it('stops where the disk is full, and goes on when there is room again', () => {
    const words = ['sweep', 's.yaml', ...grid, '--out', 'full', '--workers', '1']
    const limited = ['-c', 'ulimit -f 8; exec "$0" "$@"', process.execPath, program, ...words]
    const { status, stderr } = spawnSync('bash', limited, { cwd: folder, encoding: 'utf8' })
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/cannot write the results: .*--workers 1 --resume\)\n$/),
    ])
    expect(linesOf('full/journal')).toBeGreaterThan(1)
    expect(cdnlab(...words, '--resume').status).toBe(0)
    expect(bytesOf('full')).toEqual(bytesOf('whole'))
  })

  it('charges a failure to its cell, and a missed threshold to the sweep', () => {
    const failing = [
      '--grid',
      'edge.policy=lru,belady,fifo',
      '--set',
      'events=[{at: 10ms, type: pop-down, pop: lhr, for: 10ms}]',
    ]
    const { status, stderr, stdout } = sweep('failing', ...failing, '--workers', '2')
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^failed: cell 1: .*knows the future needs PoPs/)])
    expect(stdout).toContain('## Failed cells\n\n- cell 1 (edge.policy=belady): ')
    const rows = readFileSync(at('failing/results.jsonl'), 'utf8').trim().split('\n')
    expect(rows.map(row => 'outcome' in (JSON.parse(row) as object))).toEqual([true, false, true])
    const missed = sweep('missed', '--grid', 'seed=1,2,2', '--set', 'thresholds=[hit_ratio > 99%]')
    expect([missed.status, missed.stderr]).toEqual([
      99,
      expect.stringContaining('threshold missed: cell 1: hit_ratio > 99%'),
    ])
  })

  it('tells the mistakes of all cells before it begins, and refuses what does not fit into memory', () => {
    const { status, stderr } = sweep('none', '--grid', 'edge.policy=lur,fifo', '--grid', 'seed=1,x', '--workers', '1')
    expect([status, stderr.trim().split('\n').length]).toEqual([2, 2])
    expect(stderr).toContain('did you mean "lru"?')
    expect(stderr).toContain('seed: expected a number')
    const fat = sweep('none', ...grid, '--workers', '3', '--max-memory', '200MiB')
    expect([fat.status, fat.stderr]).toEqual([
      2,
      expect.stringMatching(
        /3 workers of up to 96.* MiB each need 288 MiB, and 200 MiB may be used \(--workers 2 fits/,
      ),
    ])
    expect(existsSync(at('none'))).toBe(false)
  })
})

/** Complete lines of a file; 0 when there is none. */
function linesOf(name: string): number {
  return existsSync(at(name)) ? readFileSync(at(name)).filter(byte => byte === 10).length : 0
}

/** Kills a process with SIGKILL when a condition holds or a time has passed. False when it had ended before. */
function killWhen(child: ChildProcess, isTime: () => boolean, afterMs: number): Promise<boolean> {
  const begin = performance.now()
  return new Promise(resolve => {
    const timer = setInterval(() => {
      if (isTime() || performance.now() - begin > afterMs) child.kill('SIGKILL')
    }, 2)
    child.on('exit', (_code, signal) => {
      clearInterval(timer)
      resolve(signal === 'SIGKILL')
    })
  })
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 2))
}

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const program = join(import.meta.dirname, '../../dist/cli/main.js')
const example = join(import.meta.dirname, '../../scenarios/plugins/second-chance.mjs')
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-plugins-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function cdnlab(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('node', [program, ...words], { encoding: 'utf8' })
}

function plugin(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

describe('a plugin', () => {
  it('brings a policy that compares like the built-in one it is equal to', () => {
    const workload = 'zipf:alpha=1,objects=2000,requests=50000,seed=3'
    const words = ['compare', workload, '--ignore-size', '--size', '0.1', '--policy', 'clock,second-chance', '--json']
    const { rows } = JSON.parse(cdnlab('--plugin', example, ...words).stdout)
    expect(rows[1].policy).toBe('second-chance')
    // CLOCK with one bit is FIFO with a second chance.
    expect(rows[1].misses).toBe(rows[0].misses)
    expect(rows[1].misses).toBeGreaterThan(1000)
  })

  it('brings it into scenarios, and marks the version of what is made with it', () => {
    const words = ['run', 'three-pops', '--set', 'traffic.requests=20000', '--json']
    const { pops, manifest } = JSON.parse(
      cdnlab(`--plugin=${example}`, ...words, '--set', 'edge.policy=second-chance:most=3').stdout,
    )
    expect(pops[0].policy).toContain('second-chance')
    expect(manifest.version).toMatch(/^\d+\.\d+\.\d+\+plugins\.[0-9a-f]{8}$/)
    expect(JSON.parse(cdnlab(...words).stdout).manifest.version).not.toContain('plugins')
  })

  it('brings it into the workers of a sweep', () => {
    const out = join(folder, 'sweep')
    const { status, stderr } = cdnlab(
      ...['--plugin', example, 'sweep', 'three-pops', '--set', 'traffic.requests=5000', '--out', out, '--no-progress'],
      ...['--grid', 'edge.policy=lru,second-chance'],
    )
    expect(stderr).not.toContain('error')
    expect(status).toBe(0)
  })

  it('brings routers, models and formats too', () => {
    const file = plugin(
      'many.mjs',
      `export const plugin = {
        routers: [{ name: 'first', create: () => () => 0 }],
        popularities: [{ name: 'one-object', create: () => ({}) }],
        traceFormats: [{ name: 'nothing', looksLike: () => false, createParser: () => ({ push() {}, end() {} }) }],
      }`,
    )
    const { status, stdout } = cdnlab('--plugin', file, 'run', 'three-pops', '--set', 'router=first', '--json')
    expect(status).toBe(0)
    const { pops } = JSON.parse(stdout)
    expect(pops.map(({ requests }: { requests: number }) => requests > 0)).toEqual([true, false, false])
  })

  it.each([
    ['missing.mjs', undefined, 'missing.mjs: ENOENT'],
    ['syntax.mjs', 'export const plugin = {', 'Unexpected'],
    ['nothing.mjs', 'export const a = 1', 'exports no `plugin`'],
    ['kind.mjs', 'export const plugin = { polices: [] }', 'did you mean "policies"'],
    [
      'taken.mjs',
      "export const plugin = { routers: [{ name: 'nearest', create() {} }] }",
      'a router "nearest" already',
    ],
    ['name.mjs', "export const plugin = { routers: [{ name: 'A b', create() {} }] }", 'small letters'],
    ['maker.mjs', "export const plugin = { routers: [{ name: 'mine' }] }", 'has no function create'],
    [
      'verbs.mjs',
      "export const plugin = { policies: [{ name: 'mine', create: () => ({ hit() {} }) }] }",
      'no admit, evict',
    ],
    [
      'create.mjs',
      "export const plugin = { policies: [{ name: 'mine', create: () => x }] }",
      'create throws x is not defined',
    ],
    ['throws.mjs', 'throw null', 'throws.mjs: null'],
  ])('%s: one clear message and exit code 2', (name, text, message) => {
    const file = text === undefined ? join(folder, name) : plugin(name, text)
    const { status, stderr } = cdnlab('--plugin', file, 'list', 'policies')
    expect(stderr).toContain(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(status).toBe(2)
  })
})

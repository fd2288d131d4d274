import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeFailure } from '../../src/cli/failures.ts'
import { assert } from '../../src/lib/assert.ts'
import { UserError } from '../../src/lib/user-error.ts'

const root = join(import.meta.dirname, '..', '..')
const program = join(root, 'dist', 'cli', 'main.js')

function cdnlab(words: string[], input = ''): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: root,
    input,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe('the program', () => {
  it('says its version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    expect(cdnlab(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('begins its help with examples, on standard output', () => {
    const { status, stdout } = cdnlab(['--help'])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Examples:\n/)
    expect(stdout).toContain('  run ')
    expect(cdnlab(['check', '--help']).stdout).toMatch(/^Examples:\n/)
  })

  it.each([
    [['chek'], 'unknown command "chek" (did you mean "check"?)'],
    [['check', '--shema'], "unknown option '--shema'\n(Did you mean --schema?)"],
    [['list', 'policie'], 'did you mean "policies"?'],
    [['list'], "missing required argument 'kind'"],
    [['check', 'wrold'], 'did you mean "world"?'],
    [['check'], 'no scenario is named'],
  ])('ends %j with code 2 and a hint', (words, hint) => {
    const { status, stdout, stderr } = cdnlab(words)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(hint)
  })

  it('reads a scenario from standard input and tells every mistake', () => {
    expect(cdnlab(['check', '-'], 'pops: one-pop\n')).toEqual({
      status: 0,
      stdout: 'standard input: ok, 1 PoP, visitors of 1,000 places, 1,000,000 requests\n',
      stderr: '',
    })
    const { status, stderr } = cdnlab(['check', '-', '--set', 'router=nearst'], 'seed: 017\nedge: {polcy: lru}\n')
    expect(status).toBe(2)
    expect(stderr.trim().split('\n')).toEqual([
      'error: --set router: router: unknown router "nearst" (did you mean "nearest"?)',
      'error: standard input:1:7: 017 is no plain number (write it in decimal, or put it into quotes if it is text)',
      'error: standard input:2:8: unknown key "polcy" in edge (did you mean "policy"?)',
    ])
  })

  it('ends quietly when nobody reads on', async () => {
    const child = spawn(process.execPath, [program, 'list', 'keys', '--json'], { cwd: root })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    const status = await new Promise(resolve => child.on('close', resolve))
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })
})

describe('a full disk', () => {
  it.each([
    ['standard output', ['list', 'policies'], '>/dev/full'],
    ['standard output', ['--help'], '>/dev/full'],
    ['standard output', ['run', 'one-city.yaml', '--json'], '>/dev/full'],
    ['cannot write page.html', ['run', 'one-city.yaml', '--html', 'page.html'], '>/dev/null'],
    ['cannot write t.csv', ['trace', 'generate', 'loop:objects=999,requests=9999', '-o', 't.csv'], ''],
  ])('ends with code 1 and one sentence: %s, %j', (what, words, into) => {
    const folder = mkdtempSync(join(tmpdir(), 'cdnlab-full-'))
    writeFileSync(join(folder, 'one-city.yaml'), 'pops: [{id: a, at: Paris}]\ntraffic: {requests: 2000}\n')
    const shell = ['-c', `ulimit -f 8; exec "$0" "$@" ${into}`, process.execPath, program, ...words]
    const { status, stderr } = spawnSync('bash', shell, { cwd: folder, encoding: 'utf8' })
    expect([status, stderr.trim().split('\n')]).toEqual([1, [expect.stringContaining(`error: ${what}`)]])
    expect(readdirSync(folder)).toEqual(['one-city.yaml'])
    rmSync(folder, { recursive: true })
  })
})

describe('cdnlab run', () => {
  const small = ['--set', 'traffic.requests=2000', '--set', 'thresholds=[hit_ratio > 0]', '--set', 'warmup=none']

  it('reports on standard output, without colours or a bar in a pipe', () => {
    const { status, stdout, stderr } = cdnlab(['run', 'three-pops', ...small])
    expect(status).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^Three PoPs on three continents\n/)
    expect(stdout).not.toContain('\u001b')
  })

  it('ends with code 99 when a threshold is missed, after the report', () => {
    const { status, stdout, stderr } = cdnlab(['run', 'three-pops', ...small, '--set', 'thresholds=[hit_ratio > 99%]'])
    expect(status).toBe(99)
    expect(stdout).toContain('hit ratio')
    expect(stderr).toMatch(/^threshold missed: hit_ratio > 99%, it is 0\.\d+\n$/)
  })

  it('writes the same bytes to a file each time', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cdnlab-run-'))
    const file = join(folder, 'result.json')
    const words = ['run', 'three-pops', ...small, '--json', '-o', file, '--seed', '7', '--no-color']
    expect(cdnlab(words)).toEqual({ status: 0, stdout: '', stderr: `written to ${file}\n` })
    const first = readFileSync(file, 'utf8')
    cdnlab(words)
    expect(readFileSync(file, 'utf8')).toBe(first)
    const { format, manifest } = JSON.parse(first) as { format: string; manifest: { seed: number } }
    expect([format, manifest.seed]).toEqual(['cdnlab-run-1', 7])
    rmSync(folder, { recursive: true })
  })

  it('writes a page beside the report', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cdnlab-page-'))
    const file = join(folder, 'report.html')
    const { status, stdout, stderr } = cdnlab(['run', 'three-pops', ...small, '--html', file])
    expect([status, stderr]).toEqual([0, `written to ${file}\n`])
    expect(stdout).toContain('hit ratio')
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>.*Three PoPs on three continents/s)
    rmSync(folder, { recursive: true })
  })

  it.each([
    [['--json', '--csv'], 'choose one'],
    [['-o', '/nowhere/at/all.json'], 'there is no folder'],
    [['--set', 'policy'], 'it is written key=value'],
    [['--seed', 'x'], '--set seed: seed: expected a number'],
  ])('ends with code 2 for %j', (words, why) => {
    const { status, stdout, stderr } = cdnlab(['run', 'three-pops', ...words])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(why)
  })
})

describe('exit codes', () => {
  const thrown = (action: () => void): unknown => {
    try {
      action()
    } catch (error) {
      return error
    }
    return undefined
  }

  it('are 2 for a mistake, 1 for the machine, 70 for a bug', () => {
    expect(describeFailure(new UserError({ message: 'wrong', hint: 'right' }))).toEqual({
      text: 'error: wrong (right)\n',
      exitCode: 2,
    })
    expect(describeFailure(thrown(() => readFileSync('/nowhere/at/all'))).exitCode).toBe(1)
    expect(describeFailure(thrown(() => assert(false, 'no'))).exitCode).toBe(70)
    expect(describeFailure(null).exitCode).toBe(70)
  })

  it('come with a few mistakes, not with thousands', () => {
    const mistakes = Array.from({ length: 5000 }, (_, index) => ({ message: `${index} ${'x'.repeat(5000)}` }))
    const { text } = describeFailure(new UserError(mistakes))
    expect(text.split('\n').length).toBeLessThan(60)
    expect(text).toContain('and 4950 more')
    expect(text.length).toBeLessThan(60_000)
  })
})

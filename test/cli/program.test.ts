import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
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

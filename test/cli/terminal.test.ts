import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { colorLevel } from '../../src/cli/terminal.ts'
import { writeOutput } from '../../src/files/output.ts'
import { inertLines } from '../../src/report/inert.ts'

describe('colours', () => {
  const terminal = { TERM: 'xterm-256color' }
  it.each([
    ['a terminal has them', {}, true, terminal, 2],
    ['a pipe has none', {}, false, terminal, 0],
    ['NO_COLOR on a terminal', {}, true, { ...terminal, NO_COLOR: '1' }, 0],
    ['an empty NO_COLOR says nothing', {}, true, { ...terminal, NO_COLOR: '' }, 2],
    ['--no-color on a terminal', { color: false }, true, { ...terminal, FORCE_COLOR: '1' }, 0],
    ['FORCE_COLOR in a pipe', {}, false, { FORCE_COLOR: '1' }, 1],
    ['FORCE_COLOR=0 on a terminal', {}, true, { ...terminal, FORCE_COLOR: '0' }, 0],
    ['both: none', {}, true, { ...terminal, FORCE_COLOR: '3', NO_COLOR: '1' }, 0],
    ['a dumb terminal has none', {}, true, { TERM: 'dumb' }, 0],
  ] as const)('%s', (_name, options, isTerminal, env, level) => {
    expect(colorLevel({ ...options, isTerminal, env })).toBe(level)
  })
})

describe('output files', () => {
  it('are whole or not there, and leave nothing beside them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cdnlab-out-'))
    const path = join(folder, 'report.json')
    await writeOutput(path, 'first')
    await writeOutput(path, 'second')
    expect(readFileSync(path, 'utf8')).toBe('second')
    mkdirSync(join(folder, 'taken'))
    await expect(writeOutput(join(folder, 'taken'), 'x')).rejects.toThrow('no regular file')
    await expect(writeOutput(join(folder, 'missing', 'x'), 'x')).rejects.toThrow('there is no folder')
    expect(readdirSync(folder).sort()).toEqual(['report.json', 'taken'])
    rmSync(folder, { recursive: true })
  })
})

describe('words of others on a terminal', () => {
  it('cannot steer it', () => {
    expect(inertLines('a\u001b[31mb\u202ec\u0000\n')).toBe('a\\u{1b}[31mb\\u{202e}c\\u{0}\n')
  })
})

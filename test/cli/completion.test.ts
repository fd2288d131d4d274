import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/commands.ts'

const program = join(import.meta.dirname, '../../dist/cli/main.js')
const script = (shell: string): string => execFileSync('node', [program, 'completion', shell], { encoding: 'utf8' })

/** What bash would offer after these words. */
function offered(...words: string[]): string[] {
  const ask = `COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _cdnlab; printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', `${script('bash')}\n${ask}`], { encoding: 'utf8', cwd: '/' })
    .split('\n')
    .filter(Boolean)
}

describe('completion', () => {
  it('offers every command, options and scenarios in bash', () => {
    expect(offered('cdnlab', '')).toEqual(expect.arrayContaining(commands.map(({ name }) => name)))
    expect(offered('cdnlab', 'run', 'three')).toEqual(['three-pops'])
    expect(offered('cdnlab', 'run', 'world', '--ht')).toEqual(['--html'])
    expect(offered('cdnlab', 'trace', 'conv')).toEqual(['convert'])
  })

  const fish = spawnSync('fish', ['--version']).status === 0
  it.skipIf(!fish)('offers the same in fish, where that shell is installed', () => {
    const ask = ['cdnlab ru', 'cdnlab run thr', 'cdnlab check thr', 'cdnlab run world --ht', 'cdnlab trace conv']
    const lines = ask.map(words => `complete -C '${words}'`)
    const text = [script('fish'), 'function cdnlab; end', ...lines].join('\n')
    const offers = execFileSync('fish', ['--no-config', '-c', text], { encoding: 'utf8', cwd: '/' }).trim().split('\n')
    expect(offers.map(line => line.split('\t')[0])).toEqual(['run', 'three-pops', 'three-pops', '--html', 'convert'])
  })

  it('names every command in zsh and fish', () => {
    for (const shell of ['zsh', 'fish']) {
      const text = script(shell)
      for (const { name } of commands) expect(text).toContain(name)
      expect(text).toContain('html')
    }
  })

  it('knows the nearest shell', () => {
    const { status, stderr } = spawnSync('node', [program, 'completion', 'fihs'], { encoding: 'utf8' })
    expect(stderr).toContain('did you mean "fish"')
    expect(status).toBe(2)
  })
})

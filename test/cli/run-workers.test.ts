import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const program = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js')
const small = ['--set', 'traffic.requests=20000', '--set', 'pops=world-20', '--set', 'visitors.cities=200']

function run(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const all = [program, 'run', 'world', ...small, '--set', 'thresholds=[]', '--set', 'replications=2', ...words]
  return spawnSync(process.execPath, all, { encoding: 'utf8' })
}

it('prints the same with the PoPs shared out over threads, and says why where it uses one', () => {
  const [one, three] = [run('--workers', '1'), run('--workers', '3')]
  expect([three.status, three.stderr]).toEqual([0, ''])
  const body = ({ stdout }: { stdout: string }): string => stdout.replaceAll(/ --workers \d+/g, '')
  expect(body(three)).toBe(body(one))
  const shared = run('--workers', '3', '--set', 'origin.concurrency=100')
  expect([shared.status, shared.stderr]).toEqual([0, 'runs in one thread: its PoPs share the queue of the origin\n'])
  const [rare, dense] = ['1/s', '20000/s'].map(rate =>
    run('--workers', '2', '--set', 'shields=[{id: s, at: Ashburn}]', '--set', `traffic.rate=${rate}`),
  )
  expect([rare!.status, rare!.stderr]).toEqual([
    0,
    'runs in one thread: its PoPs would wait for their shared tier too often\n',
  ])
  expect([dense!.status, dense!.stderr]).toEqual([0, ''])
  expect(run('--workers', 'many').stderr).toContain('--workers many: a number from 1 to 1024')
})

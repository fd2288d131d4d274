import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'

const program = join(import.meta.dirname, '../../dist/cli/main.js')
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Starts a command that serves, and answers what it said until it said a last thing. */
async function start(last: string, ...words: string[]): Promise<string> {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let said = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  while (!said.includes(last)) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${said}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  return said
}

function portsIn(said: string): number[] {
  return [...said.matchAll(/https?:\/\/[\d.]+:(\d+)/g)].map(match => Number(match[1]))
}

/** The status of an answer; an error's code when there is none. */
function ask(host: string, port: number, method = 'GET', headers = {}, path = '/'): Promise<number | string> {
  return new Promise(resolve => {
    const sent = request({ host, port, path, method, headers, agent: false }, answer => {
      answer.destroy()
      resolve(answer.statusCode!)
    })
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)))
    sent.end()
  })
}

const anyPorts = ['--port', '0', '--pop-port', '0', '--control-port', '0', '--aws-port', '0']

describe('who can reach what is started', () => {
  it.each([
    ['serve', 'Ctrl-C', ['serve', 'serverless-shop', '--pops', '2', ...anyPorts]],
    ['serve --pop', 'before', ['serve', '--pop', '0', '--origin', 'http://127.0.0.1:9']],
    ['lab', 'http://', ['lab', '--port', '0']],
  ])(
    '%s: this machine alone',
    async (_, last, words) => {
      const ports = portsIn(await start(last, ...words)).filter(port => port > 9)
      expect(ports.length).toBeGreaterThan(0)
      const outside = Object.values(networkInterfaces()).flatMap(list => list ?? []).find(({ internal, family }) => !internal && family === 'IPv4') // biome-ignore format: a row
      for (const port of ports) {
        expect(await ask('127.0.0.1', port)).toBeTypeOf('number')
        if (outside) expect([port, await ask(outside.address, port)]).toEqual([port, 'ECONNREFUSED'])
      }
    },
    30_000,
  )

  it('another address needs a token of some length', () => {
    for (const [words, refusal] of [
      [[], '0.0.0.0 can be reached from elsewhere: that needs a token'],
      [['--token', 'short'], 'a token has at least 8 characters'],
    ] as const) {
      const all = [program, 'serve', 'three-pops', '--host', '0.0.0.0', ...anyPorts, ...words]
      const { status, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8', timeout: 20_000 })
      expect([status, stderr]).toEqual([2, expect.stringContaining(refusal)])
    }
  })

  it('and says that others can come in', async () => {
    const said = await start(
      'Ctrl-C',
      'serve',
      'three-pops',
      '--host',
      '0.0.0.0',
      '--token',
      'long-enough',
      ...anyPorts,
    )
    expect(said).toContain('warning: 0.0.0.0 can be reached from other machines')
  }, 30_000)

  it('the lab gives its page to this machine by its own names, and changes nothing for anybody', async () => {
    const [port] = portsIn(await start('http://', 'lab', '--port', '0'))
    const asked = (method: string, headers: object, path = '/') => ask('127.0.0.1', port!, method, headers, path)
    expect(await asked('GET', { host: 'evil.example' })).toBe(403)
    expect(await asked('GET', { host: `127.0.0.1:${port! + 1}` })).toBe(403)
    expect(await asked('GET', { host: `localhost:${port}` })).toBe(200)
    expect(await asked('POST', {})).toBe(405)
    expect(await asked('GET', {}, '/../../package.json')).toBe(404)
  })

  it('a port in use ends it with code 1 and names the options', async () => {
    const [port] = portsIn(await start('before', 'serve', '--pop', '0', '--origin', 'http://127.0.0.1:9'))
    const words = ['serve', 'three-pops', ...anyPorts, '--control-port', String(port)]
    const { status, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: 'utf8', timeout: 20_000 })
    expect([status, stderr]).toEqual([1, expect.stringMatching(/port \d+ .*in use \(.*--control-port/)])
  }, 30_000)
})

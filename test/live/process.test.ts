import { type ChildProcess, spawn } from 'node:child_process'
import { get, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { httpOrigin, type Origin, until } from './rig.ts'

const program = join(import.meta.dirname, '../../dist/cli/main.js')
const children: ChildProcess[] = []
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

interface Served {
  child: ChildProcess
  port: number
  said(): string
  /** The exit code, or the signal's name. */
  ended: Promise<number | string>
}

/** `cdnlab serve --pop 0` in a process of its own, through a shell that may set limits. */
async function serve(origin: Origin, limits = ''): Promise<Served> {
  const words = ['serve', '--pop', '0', '--origin', origin.url.origin]
  const shell = `${limits} exec "$0" "$@"`
  const child = spawn('sh', ['-c', shell, process.execPath, program, ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
  children.push(child)
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', text => {
    said += text
  })
  const ended = new Promise<number | string>(resolve => {
    child.on('exit', (code, signal) => resolve(code ?? String(signal)))
  })
  await until(() => /127\.0\.0\.1:\d+/.test(said), 20_000)
  return { child, port: Number(/127\.0\.0\.1:(\d+)/.exec(said)![1]), said: () => said, ended }
}

/** The head of an answer; an error's code when there is none. */
function ask(port: number, path: string): Promise<IncomingMessage | string> {
  return new Promise(resolve => {
    get({ host: '127.0.0.1', port, path, agent: false }, resolve).on('error', (error: NodeJS.ErrnoException) =>
      resolve(String(error.code)),
    )
  })
}

/** An origin that sends the first half of a body, and the second when it is told to. */
async function haltingOrigin(): Promise<{ origin: Origin; goOn(): void }> {
  let goOn = (): void => undefined
  const origin = await httpOrigin((_request, response) => {
    response.writeHead(200, { 'Content-Length': 8 })
    response.write('half')
    goOn = () => response.end('half')
  })
  return { origin, goOn: () => goOn() }
}

describe('the process', () => {
  it('finishes what is under way at the first signal and takes nothing new', async () => {
    const { origin, goOn } = await haltingOrigin()
    const { child, port, said, ended } = await serve(origin)
    const answer = (await ask(port, '/a')) as IncomingMessage
    let body = ''
    answer.on('data', chunk => {
      body += chunk
    })
    child.kill('SIGTERM')
    await until(() => said().includes('SIGTERM'))
    expect(await ask(port, '/b')).toBe('ECONNREFUSED')
    goOn()
    await new Promise(resolve => answer.on('end', resolve))
    expect(body).toBe('halfhalf')
    expect(await ended).toBe(143)
  }, 30_000)

  it('ends at once at the second signal', async () => {
    const { origin } = await haltingOrigin()
    const { child, port, said, ended } = await serve(origin)
    const answer = (await ask(port, '/a')) as IncomingMessage
    const cut = new Promise(resolve => answer.on('error', resolve))
    answer.resume()
    child.kill('SIGINT')
    await until(() => said().includes('SIGINT'))
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(await cut).toMatchObject({ code: 'ECONNRESET' })
  }, 30_000)

  it('says once that file descriptors ran out, and recovers', async () => {
    const waiting: ServerResponse[] = []
    let isOver = false
    const origin = await httpOrigin((_request, response) => {
      if (isOver) response.end('body')
      else waiting.push(response)
    })
    const { port, said } = await serve(origin, 'ulimit -n 128;')
    const open = (text: string): Promise<Socket> =>
      new Promise(resolve => {
        const socket = connect(port, '127.0.0.1')
        sockets.push(socket)
        socket.on('error', () => undefined)
        socket.once('connect', () => socket.write(text, () => resolve(socket)))
      })
    const askFor = (path: string): Promise<Socket> => open(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
    // Each request takes two descriptors, one towards the client and one towards the origin.
    const idle = await open('')
    for (let count = 0; count < 70; count++) await askFor(`/${count}`)
    // Should the last pair just have fitted, one more is made to be accepted without a descriptor for the origin.
    idle.destroy()
    await new Promise(resolve => setTimeout(resolve, 100))
    await askFor('/last')
    await until(() => said().includes('EMFILE'))
    for (const response of waiting) response.end()
    expect(said().split('too many open files')).toHaveLength(2)
    for (const socket of sockets.splice(0)) socket.destroy()
    isOver = true
    let status: number | undefined
    for (let attempt = 0; attempt < 50 && status !== 200; attempt++) {
      const answer = await ask(port, '/after')
      if (typeof answer !== 'string') status = answer.resume().statusCode
      else await new Promise(resolve => setTimeout(resolve, 20))
    }
    expect(status).toBe(200)
  }, 30_000)
})

import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { startPop } from '#cdnlab/live/single-pop.js'
import { formatRate, median, printTable } from './measure.ts'

// Requests per CPU second of a live PoP beside a bare node:http server: hits of 1 KB and 100 KB, and misses. Each server is a
// process of its own and reports its CPU time; rounds alternate, medians are shown. The client costs are not counted.

const connections = 32
const rounds = 5
const self = fileURLToPath(import.meta.url)

interface Trial {
  name: string
  server: 'bare' | 'pop' | 'filling'
  bytes: number
  /** How the path of each request is made: one path for hits, a new one for misses. */
  pathOf(count: number): string
  requests: number
}

const trials: Trial[] = [
  { name: 'bare, 1 KB', server: 'bare', bytes: 1024, pathOf: () => '/1024', requests: 40_000 },
  { name: 'hit, 1 KB', server: 'pop', bytes: 1024, pathOf: () => '/1024', requests: 40_000 },
  { name: 'bare, 100 KB', server: 'bare', bytes: 102_400, pathOf: () => '/102400', requests: 10_000 },
  { name: 'hit, 100 KB', server: 'pop', bytes: 102_400, pathOf: () => '/102400', requests: 10_000 },
  { name: 'miss, 1 KB', server: 'filling', bytes: 1024, pathOf: count => `/1024?${count}`, requests: 10_000 },
]

interface Served {
  port: number
  cpuMs(): Promise<number>
  held(): Promise<{ heldObjects: number; rssBytes: number }>
  stop(): void
}

/** Runs the comparison and writes a table. */
export async function run(): Promise<void> {
  const origin = await start('bare', 0)
  const servers = {
    bare: await start('bare', 0),
    pop: await start('pop', origin.port),
    filling: await start('pop', origin.port),
  }
  const perCpuSecond = new Map<string, number[]>(trials.map(({ name }) => [name, []]))
  const { rssBytes: emptyBytes } = await servers.filling.held()
  let unique = 0
  for (let round = 0; round <= rounds; round++)
    for (const { name, server, bytes, pathOf, requests } of trials) {
      const { port, cpuMs } = servers[server]
      const before = await cpuMs()
      await drive(port, bytes, requests, () => pathOf(unique++))
      const spentMs = (await cpuMs()) - before
      if (round > 0) perCpuSecond.get(name)!.push((requests / spentMs) * 1000)
    }
  const bare = { '1 KB': median(perCpuSecond.get('bare, 1 KB')!), '100 KB': median(perCpuSecond.get('bare, 100 KB')!) }
  printTable(
    ['requests per CPU second', 'rate', 'bare answers'],
    [...perCpuSecond].map(([name, values]) => {
      const size = name.split(', ')[1] as keyof typeof bare
      return [name, formatRate(median(values)), (bare[size] / median(values)).toFixed(2)]
    }),
  )
  const { heldObjects, rssBytes } = await servers.filling.held()
  const perObject = (rssBytes - emptyBytes) / heldObjects
  console.log(`memory: ${heldObjects} objects of 1 KB, ${perObject.toFixed(0)} bytes of process for each`)
  for (const server of [origin, ...Object.values(servers)]) server.stop()
}

/** Keeps some connections busy, each with one request at a time, until so many answers are whole. */
function drive(port: number, bytes: number, requests: number, nextPath: () => string): Promise<void> {
  let asked = 0
  return new Promise((resolve, reject) => {
    let open = connections
    for (let at = 0; at < connections; at++) {
      const socket = connect(port, '127.0.0.1')
      socket.setNoDelay(true)
      let head = ''
      let left = 0
      const ask = (): void => {
        if (asked++ >= requests) {
          socket.destroy()
          if (--open === 0) resolve()
          return
        }
        head = ''
        left = -1
        socket.write(`GET ${nextPath()} HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`)
      }
      socket.on('connect', ask)
      socket.on('error', reject)
      socket.on('data', chunk => {
        if (left < 0) {
          head += chunk.toString('latin1')
          const end = head.indexOf('\r\n\r\n')
          if (end < 0) return
          left = bytes - (head.length - end - 4)
        } else left -= chunk.length
        if (left <= 0) ask()
      })
    }
  })
}

function start(kind: 'bare' | 'pop', originPort: number): Promise<Served> {
  const child = fork(self, ['--serve', kind, String(originPort)])
  const ask = <T>(question: string): Promise<T> =>
    new Promise(resolve => {
      child.once('message', message => resolve(message as T))
      child.send(question)
    })
  return new Promise(resolve => {
    child.once('message', port =>
      resolve({
        port: port as number,
        cpuMs: () => ask<number>('cpu'),
        held: () => ask('held'),
        stop: () => child.disconnect(),
      }),
    )
  })
}

/** The other side: a server that answers questions about itself. */
async function serve(kind: string, originPort: number): Promise<void> {
  const bodies = new Map([1024, 102_400].map(bytes => [bytes, Buffer.alloc(bytes, 'x')]))
  let heldObjects = (): number => 0
  let port: number
  if (kind === 'pop') {
    const running = await startPop({ origin: new URL(`http://127.0.0.1:${originPort}`), capacityBytes: 2 ** 30 })
    heldObjects = () => running.pop.shelf.objects
    port = running.live.port
  } else {
    const server = createServer((request, response) => {
      const bytes = Number(/\d+/.exec(request.url!)![0])
      response.writeHead(200, {
        'Content-Type': 'text/plain',
        'Content-Length': bytes,
        'Cache-Control': 'max-age=3600',
      })
      response.end(bodies.get(bytes))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  }
  process.on('message', question => {
    const { user, system } = process.cpuUsage()
    if (question === 'cpu') process.send!((user + system) / 1000)
    else process.send!({ heldObjects: heldObjects(), rssBytes: process.memoryUsage().rss })
  })
  process.on('disconnect', () => process.exit(0))
  process.send!(port)
}

if (process.argv[2] === '--serve') await serve(process.argv[3]!, Number(process.argv[4]))

import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { startPop } from '#cdnlab/live/single-pop.js'
import { formatRate, median, printTable } from './measure.ts'
import { startOtherCaches } from './other-caches.ts'

// Requests per CPU second of a live PoP beside a bare node:http server: hits of 1 KB and 100 KB, and misses. Each server is a
// process of its own and reports its CPU time; rounds alternate, medians are shown. The client costs are not counted. Beside them
// nginx and Varnish with one worker where they are installed, and how long hits wait beside slow clients.

const connections = 32
const rounds = 5
const waitRounds = 3
const self = fileURLToPath(import.meta.url)

interface Trial {
  what: string
  bytes: number
  /** How the path of each request is made: one path for hits, a new one for misses. */
  pathOf(count: number): string
  requests: number
}

const hits = [
  { what: 'hit, 1 KB', bytes: 1024, pathOf: () => '/1024', requests: 40_000 },
  { what: 'hit, 100 KB', bytes: 102_400, pathOf: () => '/102400', requests: 10_000 },
]
const miss = { what: 'miss, 1 KB', bytes: 1024, pathOf: (count: number) => `/1024?${count}`, requests: 10_000 }
/** Asked for by those who then read next to nothing. */
const slowBytes = 8 * 1024 * 1024
const slowClients = 200

interface Served {
  port: number
  cpuMs(): Promise<number> | number
  stop(): void
}

interface OwnServed extends Served {
  held(): Promise<{ heldObjects: number; rssBytes: number }>
}

/** Runs the comparison and writes the tables. */
export async function run(): Promise<void> {
  const origin = await start('bare', 0)
  const bare = await start('bare', 0)
  const pop = await start('pop', origin.port)
  const filling = await start('pop', origin.port)
  const others = await startOtherCaches(origin.port)
  try {
    const { rssBytes: emptyBytes } = await filling.held()
    await compareWork(bare, [
      ...hits.map(trial => ({ name: 'bare', server: bare, trial })),
      ...hits.map(trial => ({ name: 'cdnlab', server: pop, trial })),
      { name: 'cdnlab', server: filling, trial: miss },
      ...others.flatMap(server => [...hits, miss].map(trial => ({ name: server.name, server, trial }))),
    ])
    const { heldObjects, rssBytes } = await filling.held()
    const perObject = (rssBytes - emptyBytes) / heldObjects
    console.log(`memory: ${heldObjects} objects of 1 KB, ${perObject.toFixed(0)} bytes of process for each\n`)
    await compareWaits([
      { name: 'bare', server: bare },
      { name: 'cdnlab', server: pop },
      ...others.map(server => ({ name: server.name, server })),
    ])
  } finally {
    for (const server of [origin, bare, pop, filling, ...others]) await server.stop()
  }
}

/** Requests per CPU second of the server, and how many bare answers one costs. */
async function compareWork(bare: Served, rows: { name: string; server: Served; trial: Trial }[]): Promise<void> {
  const rates = rows.map((): number[] => [])
  let unique = 0
  for (let round = 0; round <= rounds; round++)
    for (const [index, { server, trial }] of rows.entries()) {
      const before = await server.cpuMs()
      await drive(server.port, trial.bytes, trial.requests, () => trial.pathOf(unique++))
      const spentMs = (await server.cpuMs()) - before
      if (round > 0) rates[index]!.push((trial.requests / spentMs) * 1000)
    }
  const bareRate = (bytes: number): number =>
    median(rates[rows.findIndex(({ server, trial }) => server === bare && trial.bytes === bytes)]!)
  printTable(
    ['requests per CPU second', 'rate', 'bare answers', 'cdnlab is'],
    rows.map(({ name, trial }, index) => {
      const rate = median(rates[index]!)
      const ours = rows.findIndex(row => row.name === 'cdnlab' && row.trial.what === trial.what)
      const times = ours === index ? '' : `${(median(rates[ours]!) / rate).toFixed(2)}x`
      return [`${name}: ${trial.what}`, formatRate(rate), (bareRate(trial.bytes) / rate).toFixed(2), times]
    }),
  )
}

/** How long hits of 1 KB take, with nobody else there and beside slow clients: medians of rounds that alternate. */
async function compareWaits(rows: { name: string; server: Served }[]): Promise<void> {
  const samples = rows.map((): number[][] => [])
  for (let round = 0; round <= waitRounds; round++)
    for (const [index, { server }] of rows.entries()) {
      const alone = await waitsOf(server)
      const stop = await slowReaders(server.port)
      const beside = await waitsOf(server)
      stop()
      if (round > 0) samples[index]!.push([...alone, ...beside])
    }
  printTable(
    ['ms to answer a hit', 'p50', 'p99', `p50, ${slowClients} slow`, `p99, ${slowClients} slow`],
    rows.map(({ name }, index) => [
      name,
      ...[0, 1, 2, 3].map(column => median(samples[index]!.map(sample => sample[column]!)).toFixed(2)),
    ]),
  )
}

/** Median and p99 of the waits for many hits, in milliseconds. */
async function waitsOf({ port }: Served): Promise<[number, number]> {
  const waits: number[] = []
  await drive(port, 1024, 20_000, () => '/1024', waits)
  waits.sort((a, b) => a - b)
  return [waits[waits.length >> 1]!, waits[Math.floor(waits.length * 0.99)]!]
}

/** Opens connections that ask for something large and take a little of it ten times a second. */
async function slowReaders(port: number): Promise<() => void> {
  const sockets = await Promise.all(
    Array.from({ length: slowClients }, async () => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      await new Promise(resolve => socket.once('connect', resolve))
      socket.write(`GET /${slowBytes} HTTP/1.1\r\nHost: bench\r\n\r\n`)
      await new Promise(resolve => socket.once('readable', resolve))
      return socket
    }),
  )
  const timer = setInterval(() => {
    for (const socket of sockets) socket.read(1024)
  }, 100)
  return () => {
    clearInterval(timer)
    for (const socket of sockets) socket.destroy()
  }
}

/** Keeps some connections busy, each with one request at a time, until so many answers are whole. */
function drive(port: number, bytes: number, requests: number, nextPath: () => string, waits?: number[]): Promise<void> {
  let asked = 0
  return new Promise((resolve, reject) => {
    let open = connections
    for (let at = 0; at < connections; at++) {
      const socket = connect(port, '127.0.0.1')
      socket.setNoDelay(true)
      let head = ''
      let left = 0
      let askedAt = 0
      const ask = (): void => {
        if (asked++ >= requests) {
          socket.destroy()
          if (--open === 0) resolve()
          return
        }
        head = ''
        left = -1
        askedAt = performance.now()
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
        if (left > 0) return
        waits?.push(performance.now() - askedAt)
        ask()
      })
    }
  })
}

function start(kind: 'bare' | 'pop', originPort: number): Promise<OwnServed> {
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
  const bodies = new Map([1024, 102_400, slowBytes].map(bytes => [bytes, Buffer.alloc(bytes, 'x')]))
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

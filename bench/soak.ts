import { fork } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { startPop } from '#cdnlab/live/single-pop.js'
import { printTable } from './measure.ts'

// What a live PoP's memory does over minutes of everything at once: hits, misses, ranges, revalidations, failures of the origin, clients
// that leave in the middle. `npm run bench -- soak 10` goes on for ten minutes; the trend is that of the second half.

const self = fileURLToPath(import.meta.url)
const capacityBytes = 32 * 1024 * 1024
const clients = 24

/** Runs for so many minutes and writes what each of ten stretches saw. */
export async function run([minutesText = '2']: readonly string[]): Promise<void> {
  const totalMs = Number(minutesText) * 60_000
  if (!(totalMs > 0)) throw new Error('usage: npm run bench -- soak MINUTES')
  const origin = await startOrigin()
  const pop = fork(self, [`http://127.0.0.1:${(origin.address() as AddressInfo).port}`], { execArgv: ['--expose-gc'] })
  const port = await new Promise<number>(resolve => pop.once('message', message => resolve(message as number)))
  const samples: { answered: number; heapBytes: number; rssBytes: number }[] = []
  const counts = { answered: 0 }
  const begin = performance.now()
  const isOver = (): boolean => performance.now() - begin > totalMs
  const working = Array.from({ length: clients }, (_, client) => visit(port, client, counts, isOver))
  for (let stretch = 1; stretch <= 10; stretch++) {
    await new Promise(resolve => setTimeout(resolve, totalMs / 10))
    const held = await new Promise<NodeJS.MemoryUsage>(resolve => {
      pop.once('message', message => resolve(message as NodeJS.MemoryUsage))
      pop.send('memory')
    })
    samples.push({ answered: counts.answered, heapBytes: held.heapUsed + held.external, rssBytes: held.rss })
  }
  await Promise.all(working)
  pop.kill()
  origin.close()
  origin.closeAllConnections()
  const MiB = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)
  printTable(
    ['minutes', 'answered', 'heap and buffers MiB', 'resident MiB'],
    samples.map(({ answered, heapBytes, rssBytes }, index) => [
      (((index + 1) * totalMs) / 600_000).toFixed(1),
      String(answered),
      MiB(heapBytes),
      MiB(rssBytes),
    ]),
  )
  const half = samples.slice(5)
  const growth = half.at(-1)!.heapBytes / half[0]!.heapBytes - 1
  console.log(`second half: heap and buffers ${growth >= 0 ? '+' : ''}${(growth * 100).toFixed(1)} %`)
}

/** One client after another's kind of request, until it is over. */
async function visit(port: number, client: number, counts: { answered: number }, isOver: () => boolean): Promise<void> {
  for (let turn = 0; !isOver(); turn++) {
    const key = (turn * 7919 + client * 104_729) % 50_000
    const path = turn % 3 === 0 ? `/hot/${key % 50}` : turn % 17 === 0 ? `/fails/${key}` : `/cold/${key}`
    const headers = turn % 5 === 0 ? { range: 'bytes=10-99' } : turn % 7 === 0 ? { 'cache-control': 'no-cache' } : {}
    try {
      const signal = turn % 11 === 0 ? AbortSignal.timeout(2) : undefined
      const { body } = await request(`http://127.0.0.1:${port}${path}`, { headers, ...(signal ? { signal } : {}) })
      await body.dump({ limit: 10 ** 7 })
      counts.answered++
    } catch {
      // A client that left, or a PoP that cut the connection of a failed body.
    }
  }
}

/** An origin that answers with bodies of 1 to 64 kB, and fails in several ways below /fails. */
async function startOrigin(): Promise<Server> {
  const server = createServer(({ url = '', headers }, response) => {
    const number = Number(url.split('/')[2])
    if (url.startsWith('/fails')) {
      if (number % 3 === 0) return response.destroy()
      response.writeHead(number % 3 === 1 ? 503 : 200, { 'content-length': '1000', 'cache-control': 'max-age=5' })
      return number % 3 === 1 ? response.end('x'.repeat(1000)) : response.write('short', () => response.destroy())
    }
    const etag = `"${number}"`
    response.setHeader('etag', etag)
    response.setHeader('cache-control', `max-age=${1 + (number % 5)}, stale-while-revalidate=2`)
    if (headers['if-none-match'] === etag) return response.writeHead(304).end()
    response.end('x'.repeat(1000 + ((number * 7919) % 63_000)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return server
}

if (process.argv[1] === self && process.send) {
  const running = await startPop({ origin: new URL(process.argv[2]!), capacityBytes })
  process.on('message', () => {
    globalThis.gc?.()
    process.send!(process.memoryUsage())
  })
  process.send(Number(new URL(running.live.url).port))
}

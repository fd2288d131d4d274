import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer as createNetServer, type Socket } from 'node:net'
import { afterEach } from 'vitest'
import { type PopSettings, type RunningPop, startPop } from '../../src/live/single-pop.ts'

const closers: (() => Promise<unknown> | unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

export interface Origin {
  url: URL
  port: number
  /** Request lines in order, such as `GET /a`. */
  seen: string[]
  requests: IncomingMessage[]
}

/** An HTTP origin on a free port. */
export async function httpOrigin(
  handle: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<Origin> {
  const server = createServer({ keepAliveTimeout: 60_000 })
  const origin: Origin = { url: new URL('http://127.0.0.1'), port: 0, seen: [], requests: [] }
  server.on('request', (request, response) => {
    // The PoP then dates what it gets by its own clock, which a test may move.
    response.sendDate = false
    origin.seen.push(`${request.method} ${request.url}`)
    origin.requests.push(request)
    handle(request, response, origin.seen.length)
  })
  return listenOn(server, origin)
}

/** An origin that writes whatever it likes: `handle` gets the socket and the text of the request's head. */
export async function rawOrigin(handle: (socket: Socket, head: string, count: number) => void): Promise<Origin> {
  const origin: Origin = { url: new URL('http://127.0.0.1'), port: 0, seen: [], requests: [] }
  const sockets = new Set<Socket>()
  const server = createNetServer(socket => {
    sockets.add(socket)
    let text = ''
    socket.on('error', () => undefined)
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end)
        text = text.slice(end + 4)
        origin.seen.push(head.split('\r\n')[0]!.replace(' HTTP/1.1', ''))
        handle(socket, head, origin.seen.length)
      }
    })
  })
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
  })
  return listenOn(server, origin)
}

function listenOn(server: Server | ReturnType<typeof createNetServer>, origin: Origin): Promise<Origin> {
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      origin.port = (server.address() as AddressInfo).port
      origin.url = new URL(`http://127.0.0.1:${origin.port}`)
      closers.push(() => {
        server.close()
        if ('closeAllConnections' in server) server.closeAllConnections()
      })
      resolve(origin)
    })
  })
}

/** A PoP on a free port, closed after the test. */
export async function popBefore(origin: URL, settings: Partial<PopSettings> = {}): Promise<RunningPop> {
  const running = await startPop({ origin, ...settings, pop: { name: 'pop-test', ...settings.pop } })
  closers.push(() => running.close(true))
  return running
}

export interface Got {
  status: number
  fields: Record<string, string>
  raw: string[]
  body: string
  /** True when the connection broke before the body was complete. */
  isCut: boolean
}

/** One request on a connection of its own. */
export function get(
  { live }: RunningPop,
  path: string,
  options: { method?: string; headers?: Record<string, string | string[]>; body?: string } = {},
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options
    const sent = httpRequest({ host: '127.0.0.1', port: live.port, path, method, headers, agent: false }, response => {
      const chunks: Buffer[] = []
      const done = (isCut: boolean): void =>
        resolve({
          status: response.statusCode!,
          fields: response.headers as Record<string, string>,
          raw: response.rawHeaders,
          body: Buffer.concat(chunks).toString('latin1'),
          isCut,
        })
      response.on('data', chunk => chunks.push(chunk))
      response.on('end', () => done(false))
      response.on('error', () => done(true))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Sends bytes and collects what comes back until the other side closes or `waitMs` pass. */
export function raw(port: number, text: string | Buffer, waitMs = 1500): Promise<string> {
  return new Promise(resolve => {
    let answer = ''
    const socket = connect(port, '127.0.0.1')
    const timer = setTimeout(() => socket.destroy(), waitMs)
    socket.on('connect', () => socket.write(text))
    socket.on('data', chunk => {
      answer += chunk.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(answer)
    })
  })
}

/** Resolves when a condition holds; gives up after a generous while. */
export async function until(holds: () => boolean, waitMs = 5000): Promise<void> {
  const end = performance.now() + waitMs
  while (!holds()) {
    if (performance.now() > end) throw new Error('it never came true')
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

/** A clock that a test moves. */
export function handClock(start = Date.now()): { now(): number; pass(seconds: number): void } {
  let passedMs = 0
  return {
    now: () => start + passedMs,
    pass(seconds) {
      passedMs += seconds * 1000
    },
  }
}

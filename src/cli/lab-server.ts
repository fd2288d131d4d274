import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../lib/user-error.ts'

const loopback = '127.0.0.1'
const typeOf: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.wasm': 'application/wasm',
}
/** The page's own policy stands in its head, so that any static host keeps it; this adds what only a header can say. */
const headers = {
  'Content-Security-Policy': "frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
}

/** Serves the built page on loopback until Ctrl-C, and prints its address. Throws UserError when it cannot. */
export async function serveLab(portText: string): Promise<void> {
  const port = Number(portText)
  if (!/^\d{1,5}$/.test(portText) || port > 65_535)
    throw new UserError({ message: `--port ${portText} is no port`, hint: '0 to 65535' })
  const server = createLabServer(fileURLToPath(new URL('../../dist/lab/', import.meta.url)))
  await listen(server, port)
  process.stdout.write(`cdnlab lab: http://${loopback}:${(server.address() as AddressInfo).port}/\n`)
  await new Promise<void>(resolve => {
    const stop = (): void => {
      server.close(() => resolve())
      server.closeAllConnections()
    }
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  })
}

/** A server of the page's files, which are read once. Only names of this folder are answered. Throws UserError when it is not built. */
export function createLabServer(folder: string): Server {
  if (!existsSync(join(folder, 'lab.js')))
    throw new UserError({ message: 'the page is not built', hint: 'npm run build' })
  const isPage = /^(?:index\.html|lab\.css|data\.json|kernels\.wasm|lab[\w-]*\.js)$/
  const files = new Map(
    readdirSync(folder)
      .filter(name => isPage.test(name))
      .map(name => [`/${name}`, { body: readFileSync(join(folder, name)), type: typeOf[extname(name)]! }]),
  )
  files.set('/', files.get('/index.html')!)
  return createServer((request, response) => answer(files, request, response))
}

type Files = ReadonlyMap<string, { body: Buffer; type: string }>

/** A page of another site that has our address by a name of its own gets nothing: the name is checked. */
function answer(
  files: Files,
  { method, url = '/', headers: asked, socket }: IncomingMessage,
  response: ServerResponse,
): ServerResponse {
  const names = [loopback, 'localhost', '[::1]'].map(name => `${name}:${socket.localPort}`)
  const refuse = (status: number, says: string): ServerResponse =>
    response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${says}\n`)
  if (!names.includes(asked.host ?? '')) return refuse(403, 'this page is for this machine')
  if (method !== 'GET' && method !== 'HEAD') return refuse(405, 'only GET and HEAD')
  const file = files.get(url.split('?')[0]!)
  if (!file) return refuse(404, 'no such file')
  response.writeHead(200, { ...headers, 'Content-Type': file.type, 'Content-Length': file.body.length })
  return response.end(method === 'HEAD' ? undefined : file.body)
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE'
      reject(
        new UserError(
          { message: `port ${port}: ${isTaken ? 'in use' : error.message}`, hint: '--port 0 takes any free one' },
          1,
        ),
      )
    })
    server.listen(port, loopback, resolve)
  })
}

import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Ms } from '../lib/clock.ts'
import type { Http2Side } from './http2.ts'

/** How a connection of HTTP/2 begins; no request of HTTP/1 has this method. Source: RFC 9113, 3.4. */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/**
 * Gives each connection to the side whose protocol it speaks: under TLS what ALPN agreed on, else what its first bytes say. Those
 * who say nothing for `waitMs` are let go.
 */
export function splitByProtocol(server: Server, http2: Http2Side, isTls: boolean, waitMs: Ms): void {
  const event = isTls ? 'secureConnection' : 'connection'
  // The server's own listener is the first; those that watch come after it and stay.
  const [toHttp1] = server.listeners(event) as ((socket: Socket) => void)[]
  server.removeListener(event, toHttp1!)
  server.on(event, (socket: Socket) => {
    if (!isTls) sniff(socket)
    else if ((socket as TLSSocket).alpnProtocol === 'h2') http2.take(socket)
    else toHttp1!.call(server, socket)
  })

  function sniff(socket: Socket): void {
    const timer = setTimeout(() => socket.destroy(), waitMs)
    const ignore = (): void => undefined
    socket.on('error', ignore)
    socket.once('close', () => clearTimeout(timer))
    let start: Buffer = Buffer.alloc(0)
    const look = (): void => {
      const chunk: Buffer | null = socket.read()
      if (chunk === null) return
      start = Buffer.concat([start, chunk])
      const compared = Math.min(start.length, preface.length)
      const isAlike = preface.compare(start, 0, compared, 0, compared) === 0
      if (isAlike && compared < preface.length) return
      clearTimeout(timer)
      socket.removeListener('readable', look)
      socket.removeListener('error', ignore)
      socket.unshift(start)
      if (isAlike) http2.take(socket)
      else toHttp1!.call(server, socket)
    }
    socket.on('readable', look)
  }
}

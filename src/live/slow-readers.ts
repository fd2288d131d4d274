import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Ms } from '../lib/clock.ts'

/** At least so many bytes a second must a client take while bytes wait for it. */
export const leastBytesPerSecond = 1024

interface Watched {
  /** Bytes taken when it was last found quick enough, and when that was. */
  takenBytes: number
  since: Ms
}

/**
 * Closes the connections of clients that don't take what they asked for. It looks at all connections from time to time instead
 * of at each answer, so an answer costs nothing for it.
 */
export function createSlowReaderWatch(
  server: Server,
  { slowReaderMs, checkEveryMs }: { slowReaderMs: Ms; checkEveryMs: Ms },
  onSlow: () => void,
): { stop(): void } {
  const sockets = new Map<Socket, Watched>()
  server.on('connection', (socket: Socket) => {
    sockets.set(socket, { takenBytes: 0, since: performance.now() })
    socket.once('close', () => sockets.delete(socket))
  })
  const timer = setInterval(() => {
    const now = performance.now()
    for (const [socket, watched] of sockets) {
      const takenBytes = socket.bytesWritten - socket.writableLength
      const waitedMs = now - watched.since
      const least = (leastBytesPerSecond * waitedMs) / 1000
      if (socket.writableLength === 0 || takenBytes - watched.takenBytes >= Math.max(1, least)) {
        watched.takenBytes = takenBytes
        watched.since = now
      } else if (waitedMs >= slowReaderMs) {
        onSlow()
        socket.destroy()
      }
    }
  }, checkEveryMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

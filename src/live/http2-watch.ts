import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Ms } from '../lib/clock.ts'
import { leastBytesPerSecond } from './slow-readers.ts'

/**
 * Closes the sessions of clients that take nothing while bytes wait for them. What waits is asked of the streams, for HTTP/2
 * writes past the socket's own queue; what was taken is asked of the socket.
 */
export function watchSessions(
  sessions: ReadonlyMap<ServerHttp2Session, ReadonlySet<ServerHttp2Stream>>,
  { slowReaderMs, checkEveryMs, onSlowClient }: { slowReaderMs: Ms; checkEveryMs: Ms; onSlowClient(): void },
): { stop(): void } {
  const seen = new WeakMap<ServerHttp2Session, { takenBytes: number; since: Ms }>()
  const timer = setInterval(() => {
    const now = performance.now()
    for (const [session, streams] of sessions) {
      if (session.destroyed) continue
      const takenBytes = session.socket.bytesWritten
      const watched = seen.get(session)
      const least = watched === undefined ? 0 : (leastBytesPerSecond * (now - watched.since)) / 1000
      if (watched === undefined || !isAnyWaiting(streams) || takenBytes - watched.takenBytes >= Math.max(1, least))
        seen.set(session, { takenBytes, since: now })
      else if (now - watched.since >= slowReaderMs) {
        onSlowClient()
        session.destroy()
      }
    }
  }, checkEveryMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

function isAnyWaiting(streams: ReadonlySet<ServerHttp2Stream>): boolean {
  for (const stream of streams) if (stream.writableLength > 0) return true
  return false
}

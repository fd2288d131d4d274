import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that listens on a free port of this machine, and its end. */
export async function listen(server: Server): Promise<{ port: number; url: string; close(): Promise<void> }> {
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise(done => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createConnection, createServer } from 'node:net'

/** A Redis of one's own on loopback, which writes down every change before it answers. */
export interface RedisServer {
  port: number
  /** As a crash of the machine would end it. */
  kill(): Promise<void>
  /** On the same port, with what it had written down. */
  restart(): Promise<void>
}

/** Undefined where Debian's `redis-server` is not installed; then the tests that need it are left out. */
export const redisProgram = ['redis-server', 'valkey-server'].find(
  program => spawnSync(program, ['--version']).status === 0,
)

export async function startRedis(folder: string): Promise<RedisServer> {
  const port = await freePort()
  let server = await start(folder, port)
  return {
    port,
    async kill() {
      const gone = new Promise(resolve => server.once('exit', resolve))
      server.kill('SIGKILL')
      await gone
    },
    async restart() {
      server = await start(folder, port)
    },
  }
}

async function start(folder: string, port: number): Promise<ChildProcess> {
  const words = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--appendonly', 'yes', '--save', '']
  const server = spawn(redisProgram!, words, { stdio: 'ignore' })
  while (!(await answers(port))) await new Promise(resolve => setTimeout(resolve, 20))
  return server
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('data', data => {
      socket.destroy()
      resolve(data.toString().startsWith('+PONG'))
    })
    socket.write('PING\r\n')
  })
}

export function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

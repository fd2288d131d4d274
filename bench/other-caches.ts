import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Another cache on loopback, one worker, before an origin. */
export interface OtherCache {
  name: string
  port: number
  /** CPU time of all its processes so far. */
  cpuMs(): number
  stop(): Promise<void>
}

/** Starts those of nginx and Varnish that are installed; each is a child with a folder of its own. */
export async function startOtherCaches(originPort: number): Promise<OtherCache[]> {
  const caches: OtherCache[] = []
  if (isInstalled('nginx', '-v')) caches.push(await startNginx(originPort))
  if (isInstalled('varnishd', '-V')) caches.push(await startVarnish(originPort))
  return caches
}

function isInstalled(program: string, versionFlag: string): boolean {
  return spawnSync(program, [versionFlag], { stdio: 'ignore' }).status === 0
}

async function startNginx(originPort: number): Promise<OtherCache> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-nginx-'))
  const port = await freePort()
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${folder}/${name};`)
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${user} worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/errors;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000000; ${paths.join(' ')}
  proxy_cache_path ${folder}/cache keys_zone=bench:100m max_size=2g use_temp_path=off;
  upstream origin { server 127.0.0.1:${originPort}; keepalive 64; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_cache bench; proxy_cache_key $request_uri; proxy_cache_lock on;
      add_header X-Cache $upstream_cache_status;
    }
  }
}
`,
  )
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
  return running('nginx', child, port, folder)
}

async function startVarnish(originPort: number): Promise<OtherCache> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-varnish-'))
  const port = await freePort()
  writeFileSync(
    join(folder, 'bench.vcl'),
    `vcl 4.1;\nbackend origin { .host = "127.0.0.1"; .port = "${originPort}"; }\n`,
  )
  const options = [
    '-j',
    'none',
    '-F',
    '-n',
    join(folder, 'work'),
    '-f',
    join(folder, 'bench.vcl'),
    '-a',
    `127.0.0.1:${port}`,
  ]
  const sizes = ['-T', 'none', '-s', 'malloc,1G', '-p', 'thread_pools=1']
  const child = spawn('varnishd', [...options, ...sizes], { stdio: 'ignore' })
  return running('varnish', child, port, folder)
}

async function running(name: string, child: ChildProcess, port: number, folder: string): Promise<OtherCache> {
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const cache = {
    name,
    port,
    cpuMs: () => familyCpuMs(child.pid!),
    async stop() {
      child.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
  process.once('exit', () => child.kill('SIGTERM'))
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await answers(port)) return cache
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}; see ${folder}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  await cache.stop()
  throw new Error(`${name} does not listen`)
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** CPU time of a process and all below it. Source: proc(5), /proc/pid/stat: ppid, utime and stime in ticks of 10 ms. */
function familyCpuMs(root: number): number {
  const family = new Set([root])
  const ticks = new Map<number, { parent: number; ticks: number }>()
  for (const entry of readdirSync('/proc'))
    if (/^\d+$/.test(entry)) {
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
        const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        ticks.set(Number(entry), { parent: Number(words[1]), ticks: Number(words[11]) + Number(words[12]) })
      } catch {
        // It has ended meanwhile.
      }
    }
  for (let grown = -1; grown !== family.size; ) {
    grown = family.size
    for (const [pid, { parent }] of ticks) if (family.has(parent)) family.add(pid)
  }
  let sum = 0
  for (const pid of family) sum += ticks.get(pid)?.ticks ?? 0
  return sum * 10
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

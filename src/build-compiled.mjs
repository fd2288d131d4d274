// Puts the commands whose start counts into one file, and lets V8 compile it before anybody waits for it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)

/** Parts of the platform that take long to load and that these commands seldom or never ask for. */
const seldomUsed = ['child_process', 'crypto', 'http', 'https', 'http2', 'worker_threads', 'zlib', 'stream']

/** Loads a part of the platform when something of it is asked for. */
export const lazyPlatform = {
  name: 'lazy platform',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(node:)?(${seldomUsed.join('|')})$`) }, ({ path, namespace }) =>
      namespace === 'lazy' ? { path, external: true } : { path, namespace: 'lazy' },
    )
    build.onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => ({
      contents: `module.exports = { ${Object.keys(require(path))
        .filter(name => name !== 'default')
        .map(name => `get ${name}() { return require('${path}').${name} }`)
        .join(',')} }`,
    }))
  },
}

/** Runs a bundle once on a small trace, in a process of its own, and writes what V8 has compiled for that. */
export function compile(dist, bundle) {
  const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), dist, bundle], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

async function compileHere(dist, file) {
  const { compiledFile, openProgram } = await import(pathToFileURL(join(dist, 'cli', 'cached-program.js')).href)
  const bundle = pathToFileURL(file)
  const { script, program } = openProgram(bundle)
  const folder = mkdtempSync(join(tmpdir(), 'cdnlab-build-'))
  const trace = join(folder, 'small.oracleGeneral.bin')
  writeFileSync(trace, smallTrace(1000))
  const words = [
    '--policy',
    'fifo,lru',
    '--size',
    '10',
    '--ignore-size',
    '--workers',
    '1',
    '-o',
    join(folder, 'result'),
  ]
  await program.main(['compare', trace, ...words])
  rmSync(folder, { recursive: true })
  writeFileSync(compiledFile(bundle), script.createCachedData())
}

function smallTrace(requests) {
  const trace = Buffer.alloc(24 * requests)
  for (let at = 0; at < trace.length; at += 24) {
    trace.writeUInt32LE(1 + ((at * at) % 97), at + 4)
    trace.writeUInt32LE(1, at + 12)
    trace.writeBigInt64LE(-1n, at + 16)
  }
  return trace
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await compileHere(...process.argv.slice(2))

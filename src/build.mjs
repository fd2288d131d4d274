// Builds dist/ from src/: TypeScript, then the WebAssembly kernels. `--if-needed` does nothing when dist/ is newer.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const src = dirname(fileURLToPath(import.meta.url))
const root = dirname(src)
const dist = join(root, 'dist')
/** Touched when everything is built: a build that broke off half way is not taken for one. */
const stamp = join(dist, '.built')
const require = createRequire(import.meta.url)

function newestUnder(folder) {
  let newest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    newest = Math.max(newest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs)
  }
  return newest
}

function findTool(request) {
  try {
    return require.resolve(request)
  } catch {
    return undefined
  }
}

function run(script, args) {
  const result = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' })
  if (result.status !== 0) process.exit(result.status ?? 1)
}

function isUpToDate(ours, folder) {
  return existsSync(ours) && statSync(ours).mtimeMs >= newestUnder(folder)
}

const onlyIfNeeded = process.argv.includes('--if-needed')
if (onlyIfNeeded && isUpToDate(stamp, src)) process.exit(0)

const tsc = findTool('typescript/bin/tsc')
const asc = findTool('assemblyscript/bin/asc.js')
if (!tsc || !asc) {
  if (onlyIfNeeded && existsSync(join(dist, 'cli', 'main.js'))) process.exit(0)
  console.error(
    'cdnlab is not built, and its compilers are development dependencies: run `npm ci` (without --omit=dev) first.',
  )
  process.exit(2)
}

if (onlyIfNeeded) console.error('building cdnlab, which is needed once: half a minute or less')
mkdirSync(dist, { recursive: true })
run(tsc, ['-p', join(src, 'tsconfig.json')])

const kernels = join(src, 'kernels', 'assembly', 'index.ts')
if (existsSync(kernels)) {
  const wasm = join(dist, 'kernels', 'kernels.wasm')
  if (!isUpToDate(wasm, dirname(kernels))) {
    // `--use abort=`: no kernel throws, so that the module needs nothing from outside but memory, which runs have one after the other.
    run(asc, [
      kernels,
      '-o',
      wasm,
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--use',
      'abort=',
      '--importMemory',
      '--enable',
      'bulk-memory',
      '--enable',
      'simd',
    ])
  }
}

const { buildCli } = await import('./build-cli.mjs')
await buildCli(dist)
const { buildLab } = await import('./build-lab.mjs')
await buildLab(join(dist, 'lab'))
writeFileSync(stamp, '')

if (process.argv.includes('--bench') && existsSync(join(root, 'bench', 'tsconfig.json'))) {
  run(tsc, ['-p', join(root, 'bench', 'tsconfig.json')])
}

// Puts the program's hundreds of modules, and the packages that it needs at every start, into few files: it starts in half the time.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compile, lazyPlatform } from './build-compiled.mjs'
import { oneLanguage } from './build-lab.mjs'

/** Packages that may lie in a bundle; all others keep their own files beside them. */
const bundled = [
  'asciichart',
  'chalk',
  'cli-table3',
  'commander',
  'd3-random',
  'lru-cache',
  'pure-rand',
  'simple-statistics',
  'yaml',
  'zod',
]

/** Leaves the other packages where they are, and lets our modules find the files beside them from where the bundle lies. */
function inPlace(dist, folder, own = 'import.meta.url') {
  return {
    name: 'in place',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, importer }) =>
        importer.startsWith(dist) && !bundled.includes(path.split('/')[0]) ? { path, external: true } : undefined,
      )
      build.onLoad({ filter: /\.js$/ }, ({ path }) => {
        if (!path.startsWith(dist)) return undefined
        const there = `(new URL(${JSON.stringify(relative(folder, path))}, ${own}).href)`
        return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', there) }
      })
    },
  }
}

/** Files of the build before stay for a while: programs that began with them may still load some. */
const graceMs = 600_000

/** Bundles what tsc wrote to `dist/cli/program.js` into `dist/quick`. */
export async function buildCli(dist) {
  const folder = join(dist, 'quick')
  const written = [
    ...(await buildChunks(dist, folder)),
    ...(await buildThreads(dist, folder)),
    await buildOneFile(dist, folder),
  ]
  const isOurs = file => written.some(name => file.startsWith(name))
  for (const file of readdirSync(folder))
    if (!isOurs(file) && Date.now() - statSync(join(folder, file)).mtimeMs > graceMs) rmSync(join(folder, file))
}

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  logLevel: 'error',
}

/** All commands, in files that are loaded as they are needed. */
async function buildChunks(dist, folder) {
  const { build } = await import('esbuild')
  const { metafile } = await build({
    ...shared,
    entryPoints: [join(dist, 'cli', 'program.js')],
    outdir: folder,
    splitting: true,
    format: 'esm',
    chunkNames: '[name]-[hash]',
    // Packages of the older kind ask for the platform's modules by a function that modules lack.
    banner: {
      js: "import { createRequire as bundleRequire } from 'node:module';const require = bundleRequire(import.meta.url);",
    },
    plugins: [oneLanguage, inPlace(dirname(folder), folder)],
    metafile: true,
  })
  return Object.keys(metafile.outputs).map(file => basename(file))
}

/** What worker threads begin with: each in one file, since every thread loads its own. */
const threads = ['cli/sweep-worker.js', 'cli/run-share.js', 'sweep/compare-worker.js']

async function buildThreads(dist, folder) {
  const { build } = await import('esbuild')
  const { metafile } = await build({
    ...shared,
    entryPoints: threads.map(file => join(dist, file)),
    outdir: folder,
    entryNames: '[name]',
    outExtension: { '.js': '.cjs' },
    // Not a module of the newer kind: the platform aborts the whole process when a thread is ended that is just asking for one by `require`.
    format: 'cjs',
    plugins: [
      oneLanguage,
      lazyPlatform,
      inPlace(dirname(folder), folder, "require('node:url').pathToFileURL(__filename).href"),
    ],
    metafile: true,
  })
  return Object.keys(metafile.outputs).map(file => basename(file))
}

/** The commands whose start counts, in one file that V8 has compiled. */
async function buildOneFile(dist, folder) {
  const { build } = await import('esbuild')
  const { cachedCommands } = await import(pathToFileURL(join(dist, 'cli', 'cached-program.js')).href)
  const file = join(folder, 'compare.cjs')
  // What was compiled from another text must never be taken for this one's.
  rmSync(`${file}.compiled`, { force: true })
  await build({
    ...shared,
    entryPoints: [join(dist, 'cli', 'program.js')],
    outfile: file,
    format: 'cjs',
    plugins: [
      oneLanguage,
      lazyPlatform,
      otherCommands(dist, cachedCommands),
      inPlace(dirname(folder), folder, 'bundleUrl'),
    ],
  })
  writeFileSync(file, readFileSync(file, 'latin1').replace(/\bimport\(/g, 'bundleImport('), 'latin1')
  compile(dist, file)
  return basename(file)
}

/** Leaves out all commands that are not wanted. */
function otherCommands(dist, wanted) {
  return {
    name: 'other commands',
    setup(build) {
      build.onResolve({ filter: /^\.\// }, ({ path, importer, kind }) => {
        if (kind !== 'dynamic-import' || importer !== join(dist, 'cli', 'commands.js')) return undefined
        return wanted.includes(basename(path, '.js')) ? undefined : { path, external: true }
      })
    },
  }
}

// Puts the program's hundreds of modules, and the packages that it needs at every start, into few files: it starts in half the time.
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
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
function inPlace(dist, folder) {
  return {
    name: 'in place',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, importer }) =>
        importer.startsWith(dist) && !bundled.includes(path.split('/')[0]) ? { path, external: true } : undefined,
      )
      build.onLoad({ filter: /\.js$/ }, ({ path }) => {
        if (!path.startsWith(dist)) return undefined
        const own = `new URL(${JSON.stringify(relative(folder, path))}, import.meta.url).href`
        return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', `(${own})`) }
      })
    },
  }
}

/** Files of the build before stay for a while: programs that began with them may still load some. */
const graceMs = 600_000

/** Bundles what tsc wrote to `dist/cli/program.js` into `dist/quick`. */
export async function buildCli(dist) {
  const { build } = await import('esbuild')
  const folder = join(dist, 'quick')
  const { metafile } = await build({
    entryPoints: [join(dist, 'cli', 'program.js')],
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: true,
    legalComments: 'none',
    chunkNames: '[name]-[hash]',
    // Packages of the older kind ask for the platform's modules by a function that modules lack.
    banner: {
      js: "import { createRequire as bundleRequire } from 'node:module';const require = bundleRequire(import.meta.url);",
    },
    plugins: [oneLanguage, inPlace(dirname(folder), folder)],
    metafile: true,
    logLevel: 'error',
  })
  const written = new Set(Object.keys(metafile.outputs).map(file => basename(file)))
  for (const file of readdirSync(folder))
    if (!written.has(file) && Date.now() - statSync(join(folder, file)).mtimeMs > graceMs) rmSync(join(folder, file))
}

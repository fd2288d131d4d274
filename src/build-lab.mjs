// Builds the page of `cdnlab lab`: two bundles that share their common part, the page, and one file of data beside them.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const src = dirname(fileURLToPath(import.meta.url))
const root = dirname(src)
const require = createRequire(import.meta.url)

/** Zod brings its messages in fifty languages; a bundle needs one. */
export const oneLanguage = {
  name: 'one language',
  setup(build) {
    build.onResolve({ filter: /locales\/index\.js$/ }, ({ resolveDir, path, importer, kind, pluginData }) =>
      pluginData === 'seen' || !importer.includes('zod')
        ? undefined
        : build.resolve(path.replace('index.js', 'en.js'), { resolveDir, importer, kind, pluginData: 'seen' }),
    )
  },
}

/** Writes the page into a folder, which holds nothing else then, and answers how large it is: `{ file: gzipped bytes }`. */
export async function buildLab(folder) {
  const { build } = await import('esbuild')
  mkdirSync(folder, { recursive: true })
  const { outputFiles } = await build({
    entryPoints: { lab: join(src, 'lab', 'main.ts'), 'lab-engine': join(src, 'lab', 'engine-worker.ts') },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    chunkNames: 'lab-[name]',
    write: false,
    plugins: [oneLanguage],
    logLevel: 'warning',
  })
  const files = Object.fromEntries(outputFiles.map(({ path, contents }) => [path.slice(folder.length + 1), contents]))
  files['index.html'] = readFileSync(join(src, 'lab', 'index.html'))
  files['lab.css'] = readFileSync(join(src, 'lab', 'lab.css'))
  files['data.json'] = Buffer.from(JSON.stringify(readData()))
  const kernels = join(root, 'dist', 'kernels', 'kernels.wasm')
  if (existsSync(kernels)) files['kernels.wasm'] = readFileSync(kernels)
  for (const name of readdirSync(folder)) if (!(name in files)) rmSync(join(folder, name), { recursive: true })
  for (const [name, contents] of Object.entries(files)) writeFileSync(join(folder, name), contents)
  return Object.fromEntries(Object.entries(files).map(([name, contents]) => [name, gzipSync(contents).length]))
}

/** What the page must know of the world, and what it offers: one file, so that it is fetched at once. */
function readData() {
  const config = name => readFileSync(join(root, 'config', name), 'utf8')
  return {
    version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    atlas: {
      visitorCities: config('visitor-cities.csv'),
      cloudRegions: config('cloud-regions.csv'),
      pops: config('pops.csv'),
      countryRegions: config('country-regions.csv'),
      hubs: config('hubs.csv'),
      hubCorridors: config('hub-corridors.csv'),
      rttParameters: config('rtt-parameters.json'),
      accessProfiles: config('access-profiles.json'),
    },
    world: JSON.parse(readFileSync(require.resolve('world-atlas/land-110m.json'), 'utf8')),
    lessons: readLessons(join(root, 'scenarios', 'lessons')),
    // A scenario that replays a trace needs a file that the page does not have.
    examples: yamlFiles(join(root, 'scenarios')).filter(({ text }) => !/\btrace: /.test(text)),
  }
}

function readLessons(folder) {
  const { parse } = require('yaml')
  return yamlFiles(folder).map(({ text }) => parse(text))
}

function yamlFiles(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(name => name.endsWith('.yaml'))
    .sort()
    .map(name => ({ name: name.replace(/\.yaml$/, ''), text: readFileSync(join(folder, name), 'utf8') }))
}

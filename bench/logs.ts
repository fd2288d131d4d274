import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { loadAtlas } from '#cdnlab/files/atlas.js'
import { logFormats } from '#cdnlab/traffic/logs/index.js'
import { createLocator } from '#cdnlab/traffic/logs/locate.js'
import { createLogColumns } from '#cdnlab/traffic/logs/log-columns.js'
import { createLogParser } from '#cdnlab/traffic/logs/read-log.js'
import { formatRate, measure, median, printTable } from './measure.ts'

// Lines per CPU second of reading logs into columns, from memory and in pieces of 1 MiB. Beside it what others need for the same bytes:
// `wc -l` for a file in the page cache, and JSON.parse alone for the formats that are JSON.

const lines = 200_000
const pieceBytes = 1 << 20
const rounds = 5
/** `times` counts in hundredths of a second: one count of a short log is too fast for it. */
const countsOfWc = 60
const samples = fileURLToPath(new URL('../../scenarios/logs/', import.meta.url))

const logs = [
  ['cloudfront', 'E2EXAMPLE.2026-09-14-09.nrt.gz'],
  ['cloudflare', 'cloudflare.json.gz'],
  ['fastly', 'fastly.json.gz'],
  ['combined', 'nginx.log.gz'],
] as const

/** Runs the comparison and writes a table. */
export function run(): void {
  const folder = mkdtempSync(join(tmpdir(), 'cdnlab-bench-'))
  const rows = logs.flatMap(([format, sample]) => {
    const bytes = repeated(gunzipSync(readFileSync(join(samples, sample))).toString())
    const file = join(folder, format)
    writeFileSync(file, bytes)
    const json = format === 'cloudflare' || format === 'fastly' ? bytes.toString().trimEnd().split('\n') : []
    const measured = measure(
      [
        { name: `${format}, into columns`, work: lines, run: () => readLog(format, bytes) },
        ...(json.length > 0 ? [{ name: 'JSON.parse of each line', work: lines, run: () => parseAll(json) }] : []),
      ],
      rounds,
    ).slice(1)
    const megabytes = bytes.length / 1e6
    const wc = median(Array.from({ length: rounds }, () => countSeconds(file)))
    return [
      ...measured.map(({ name, perCpuSecond, spread }) => [
        name,
        formatRate(perCpuSecond),
        `${((perCpuSecond / lines) * megabytes).toFixed(0)} MB/s`,
        `${(100 * spread).toFixed(0)} %`,
      ]),
      ['wc -l', formatRate(lines / wc), `${(megabytes / wc).toFixed(0)} MB/s`, ''],
    ]
  })
  rmSync(folder, { recursive: true })
  console.log(`${lines} lines of each log, per CPU second`)
  printTable(['reader', 'lines', 'bytes', 'spread'], rows)
}

function parseAll(json: readonly string[]): void {
  for (const line of json) JSON.parse(line)
}

/** A log as long as is wanted, of the lines of a short one behind its head. */
function repeated(text: string): Buffer {
  const all = text.trimEnd().split('\n')
  const head = all.filter(line => line.startsWith('#'))
  const body = all.slice(head.length)
  return Buffer.from(`${[...head, ...Array.from({ length: lines }, (_, row) => body[row % body.length])].join('\n')}\n`)
}

function readLog(format: string, bytes: Uint8Array): void {
  const columns = createLogColumns(createLocator(loadAtlas(), () => undefined, null))
  const parser = createLogParser(logFormats.choose(format).definition, {
    file: format,
    salt: { low: 1, high: 2 },
    withQuery: true,
    withAddress: false,
    broken: null,
    onRow: columns.add,
  })
  for (let from = 0; from < bytes.length; from += pieceBytes) parser.push(bytes.subarray(from, from + pieceBytes))
  parser.end()
  if (columns.finish().count !== lines) throw new Error(`${format}: other lines than were written`)
}

/** CPU time of `wc -l` on a file, as the shell's `times` tells it. */
function countSeconds(file: string): number {
  const { stdout } = spawnSync(
    'sh',
    ['-c', `for round in $(seq ${countsOfWc}); do wc -l "$1" > /dev/null; done; times`, 'sh', file],
    { encoding: 'utf8' },
  )
  const [user, system] = stdout.trim().split('\n').at(-1)!.split(' ')
  const seconds = (text = ''): number => {
    const [minutes, rest] = text.replace('s', '').split('m')
    return 60 * Number(minutes) + Number(rest)
  }
  return (seconds(user) + seconds(system)) / countsOfWc
}

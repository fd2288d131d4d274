import { createRequestKeeper } from '#cdnlab/files/kept-requests.js'
import { loadKernels } from '#cdnlab/files/kernels.js'
import { createNumbering } from '#cdnlab/kernels/numbering.js'
import { lruCurveByKernel } from '#cdnlab/sim/lru-curve.js'
import { sourceOf } from '#cdnlab/traffic/request-source.js'
import { traceFormats } from '#cdnlab/traffic/traces/index.js'
import { makeWorkload } from '#cdnlab/traffic/workload.js'
import { type Contestant, formatRate, measure, printTable } from './measure.ts'
import { splayCurve } from './splay-curve.ts'

// Records per CPU second of reading a whole trace, numbering of its ids included, from memory and in pieces as from a file. Beside it what the memory itself needs for the same bytes: a copy, and a count of the line ends.

const requests = 2_000_000
/** A size at which both curves must agree. */
const checkedSize = 10_000
const newline = 10

const kernels = loadKernels()!

/** Runs the comparisons and writes a table of each. */
export function run(): void {
  measureReaders()
  measureCurves()
}

/** The exact curve of LRU over all sizes, beside a profiler with a splay tree that is given the same ids. */
function measureCurves(): void {
  const trace = makeWorkload(`zipf:alpha=1,objects=1000000,requests=${requests}`)
  const source = sourceOf(trace)
  const misses: Record<string, number> = {}
  const results = measure([
    {
      name: 'kernel',
      work: trace.count,
      run() {
        misses.kernel = lruCurveByKernel(source, kernels, true).missesAt[checkedSize]!
      },
    },
    {
      name: 'splay tree',
      work: trace.count,
      run() {
        const hits = splayCurve(trace.ids, trace.objects).subarray(0, checkedSize + 1)
        misses.splay = trace.count - hits.reduce((sum, times) => sum + times, 0)
      },
    },
  ])
  if (misses.kernel !== misses.splay) throw new Error('the curves differ')
  const [, kernel, splay] = results
  console.log(`\nLRU at all sizes, ${trace.count} requests for ${trace.objects} objects, per CPU second`)
  printTable(
    ['profiler', 'requests', 'ns a request', 'spread', 'kernel is'],
    [kernel!, splay!].map(({ name, perCpuSecond, ns, spread }) => [
      name,
      formatRate(perCpuSecond),
      ns.toFixed(1),
      `${(100 * spread).toFixed(0)} %`,
      name === 'kernel' ? '' : `${(ns / kernel!.ns).toFixed(2)}x`,
    ]),
  )
}

function measureReaders(): void {
  const { ids, bytes, count, objects } = makeWorkload(
    `zipf:alpha=0.9,objects=1000000,requests=${requests},sizes=lognormal`,
  )
  const records = Buffer.alloc(24 * count)
  for (let row = 0; row < count; row++) {
    const [low, high] = hashOf(ids[row]!)
    records.writeUInt32LE(row >>> 10, 24 * row)
    records.writeUInt32LE(low, 24 * row + 4)
    records.writeUInt32LE(high, 24 * row + 8)
    records.writeUInt32LE(bytes[row]!, 24 * row + 12)
    records.writeBigInt64LE(-1n, 24 * row + 16)
  }
  const text = textOf(count, row => `${row >>> 10},${hashOf(ids[row]!)[0]},${bytes[row]}`)
  const named = textOf(count, row => `${row >>> 10},/objects/${hashOf(ids[row]!)[0]}.jpg,${bytes[row]}`)
  const copy = Buffer.alloc(records.length)
  const results = measure([
    { name: 'copy of the binary trace', work: count, run: () => records.copy(copy) },
    { name: 'oracleGeneral', work: count, run: () => read('oracleGeneral', records, objects) },
    { name: 'line ends of the csv', work: count, run: () => countLines(text) },
    { name: 'csv, ids are numbers', work: count, run: () => read('csv', text, objects) },
    { name: 'csv, ids are paths', work: count, run: () => read('csv', named, objects) },
  ] satisfies Contestant[])
  console.log(`${count} requests for ${objects} objects, records per CPU second`)
  printTable(
    ['reader', 'records', 'ns a record', 'spread'],
    results
      .slice(1)
      .map(({ name, perCpuSecond, ns, spread }) => [
        name,
        formatRate(perCpuSecond),
        ns.toFixed(1),
        `${(100 * spread).toFixed(0)} %`,
      ]),
  )
}

/** An id as spread over 64 bits as those of hashed traces are, in two halves. */
function hashOf(id: number): [low: number, high: number] {
  return [Math.imul(id, 0x9e3779b1) >>> 0, Math.imul(id, 0x85ebca6b) >>> 0]
}

/** A csv file; its lines live no longer than this call, or the collector would count them in every round. */
function textOf(count: number, lineOf: (row: number) => string): Buffer {
  const lines = Array.from({ length: count }, (_, row) => lineOf(row))
  return Buffer.from(`time,id,size\n${lines.join('\n')}\n`)
}

/** As `compare` and `mrc` read: pieces in the memory of the kernels, ids and sizes kept for all threads. */
function read(format: string, bytes: Uint8Array, objects: number): void {
  const keeper = createRequestKeeper({ sizes: true })
  const numbering = createNumbering(kernels, { likelyObjects: 1e5, sizes: true, times: false, take: keeper.take })
  const sink = { row: numbering.row, bulk: numbering }
  const parser = traceFormats.choose(format).definition.createParser(sink, { file: format, columns: {} })
  for (let from = 0; from < bytes.length; ) {
    const room = numbering.window()
    const piece = bytes.subarray(from, from + room.length)
    room.set(piece)
    parser.push(room.subarray(0, piece.length))
    from += piece.length
  }
  parser.end()
  if (numbering.end().objects !== objects) throw new Error(`${format}: other objects than were written`)
}

function countLines(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++
  return lines
}

import { gzipSync } from 'node:zlib'
import { nameHint } from '../lib/nearest-name.ts'
import { formatBytes, formatDigits, formatDuration } from '../lib/quantity.ts'
import { createRandom } from '../lib/random.ts'
import { UserError } from '../lib/user-error.ts'
import { formatCount } from '../report/figures.ts'
import { createLoad } from '../sim/load.ts'
import { never, nextUses } from '../sim/next-use.ts'
import type { Trace } from '../traffic/trace.ts'
import { factsOf } from '../traffic/trace-facts.ts'
import { createBatch } from '../traffic/traffic.ts'
import { isWorkload } from '../traffic/workload.ts'
import { loadPlan } from './load-plan.ts'
import { checkOutputFile, writeBytes, writeOut } from './terminal.ts'
import type { TraceCommandOptions } from './trace.ts'
import { columnsOf, loadTrace } from './trace-load.ts'

const actions = { info, head, convert, generate }

/** Does what `cdnlab trace` is asked for. Throws UserError. */
export async function traceCommand(what: string, name: string, options: TraceCommandOptions): Promise<void> {
  if (!Object.hasOwn(actions, what))
    throw new UserError({ message: `cdnlab trace ${what}`, hint: nameHint(what, Object.keys(actions)) })
  await actions[what as keyof typeof actions](name, options)
}

function load(name: string, { format, column, delimiter, lenient = false }: TraceCommandOptions): Promise<Trace> {
  return loadTrace(name, { format, columns: columnsOf(column), lenient, ...(delimiter ? { delimiter } : {}) })
}

async function info(name: string, options: TraceCommandOptions): Promise<void> {
  const trace = await load(name, options)
  const facts = factsOf(trace)
  if (options.json) return writeOut(`${JSON.stringify({ name: trace.name, ...facts, notes: trace.notes }, null, 2)}\n`)
  const { sizePercentiles: size } = facts
  const rows: [string, string][] = [
    ['requests', formatCount(facts.requests)],
    ['objects', formatCount(facts.objects)],
    ['requested', formatBytes(facts.requestedBytes)],
    ['footprint', formatBytes(facts.footprintBytes)],
    ['asked for once', `${(100 * facts.onceShare).toFixed(1)} % of the objects`],
    ['popularity', `Zipf with exponent ${formatDigits(facts.zipfAlpha)}`],
    [
      'sizes',
      `p10 ${formatBytes(size.p10)}, p50 ${formatBytes(size.p50)}, p90 ${formatBytes(size.p90)}, p99 ${formatBytes(size.p99)}, largest ${formatBytes(size.largest)}`,
    ],
    ['time span', formatDuration(facts.spanS * 1000)],
    ['reuse', `half of the repetitions within ${formatCount(facts.medianReuseRequests)} requests`],
    ...Object.entries(trace.notes).map(([reason, count]): [string, string] => [
      'note',
      `${formatCount(count)} ${reason}`,
    ]),
  ]
  await writeOut(`${rows.map(([label, text]) => `${label.padEnd(16)}${text}`).join('\n')}\n`)
}

async function head(name: string, options: TraceCommandOptions): Promise<void> {
  const { ids, bytes, timesS, count } = await load(name, options)
  const rows = Array.from(
    { length: Math.min(count, Number(options.count)) },
    (_, row) => `${timesS[row]},${ids[row]},${bytes[row]}`,
  )
  await writeOut(`time,object,size\n${rows.join('\n')}\n`)
}

async function convert(name: string, options: TraceCommandOptions): Promise<void> {
  await writeTrace(await load(name, options), options.output)
}

/** Makes a trace from a workload's name, or from the traffic of a scenario with the coordinates of its visitors. */
async function generate(name: string, options: TraceCommandOptions): Promise<void> {
  if (isWorkload(name)) return writeTrace(await load(name, options), options.output)
  const { plan } = await loadPlan(name, { set: options.set ?? [] })
  const { traffic, catalog } = createLoad(plan, null, createRandom(plan.seed, 'replication 0'))
  const batch = createBatch(1 << 16)
  const lines = ['time,id,size,lat,lon']
  while (traffic.next(batch))
    for (let row = 0; row < batch.count; row++) {
      const { lat, lon } = plan.visitors.places[batch.places[row]!]!
      const id = batch.objects[row]!
      lines.push(
        `${(batch.timesMs[row]! / 1000).toFixed(3)},${id},${catalog.bytesOf[id]},${lat.toFixed(2)},${lon.toFixed(2)}`,
      )
    }
  await writePacked(options.output, Buffer.from(`${lines.join('\n')}\n`))
}

async function writeTrace(trace: Trace, output: string | undefined): Promise<void> {
  const isCsv = output === undefined || output === '-' || /\.csv(?:\.gz)?$/i.test(output)
  await writePacked(output, isCsv ? csvOf(trace) : oracleGeneralOf(trace))
}

async function writePacked(output: string | undefined, bytes: Buffer): Promise<void> {
  if (output === undefined || output === '-') return writeOut(bytes.toString('latin1'))
  checkOutputFile(output)
  writeBytes(output, /\.gz$/i.test(output) ? gzipSync(bytes, { level: 9 }) : bytes)
}

function csvOf({ count, ids, bytes, timesS }: Trace): Buffer {
  const lines = ['time,id,size']
  for (let row = 0; row < count; row++) lines.push(`${Number(timesS[row]!.toFixed(6))},${ids[row]},${bytes[row]}`)
  return Buffer.from(`${lines.join('\n')}\n`)
}

/** Records of 24 bytes with the index of the next request, counted from 1, or -1. */
function oracleGeneralOf({ count, objects, ids, bytes, timesS }: Trace): Buffer {
  const next = nextUses(ids, count, objects)
  const out = Buffer.alloc(24 * count)
  for (let row = 0; row < count; row++) {
    const at = 24 * row
    out.writeUInt32LE(Math.floor(timesS[row]!), at)
    out.writeUInt32LE(ids[row]! + 1, at + 4)
    out.writeUInt32LE(bytes[row]!, at + 12)
    out.writeBigInt64LE(next[row] === never ? -1n : BigInt(next[row]! + 1), at + 16)
  }
  return out
}

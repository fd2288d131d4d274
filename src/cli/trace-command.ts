import type { KeptRequests } from '../files/kept-requests.ts'
import { loadKernels } from '../files/kernels.ts'
import { loadPlan } from '../files/load-plan.ts'
import { writeOut } from '../files/output.ts'
import { loadOptionsOf, loadRequests, readTrace, scanRequests } from '../files/trace-load.ts'
import { writePieces, writeTrace } from '../files/trace-write.ts'
import { printWarnings } from '../files/warnings.ts'
import { nameHint } from '../lib/nearest-name.ts'
import { formatBytes, formatDigits, formatDuration } from '../lib/quantity.ts'
import { createRandom } from '../lib/random.ts'
import { UserError } from '../lib/user-error.ts'
import { formatCount } from '../report/figures.ts'
import type { Plan } from '../scenario/plan.ts'
import { createLoad } from '../sim/load.ts'
import { createTraceScan } from '../traffic/trace-facts.ts'
import type { RowSink } from '../traffic/traces/format.ts'
import { type Catalog, createBatch, type Traffic } from '../traffic/traffic.ts'
import { isWorkload, makeWorkload } from '../traffic/workload.ts'
import type { TraceCommandOptions } from './trace.ts'

const actions = { info, head, convert, generate }

/** Does what `cdnlab trace` is asked for. Throws UserError. */
export async function traceCommand(what: string, name: string, options: TraceCommandOptions): Promise<void> {
  if (!Object.hasOwn(actions, what))
    throw new UserError({ message: `cdnlab trace ${what}`, hint: nameHint(what, Object.keys(actions)) })
  await actions[what as keyof typeof actions](name, options)
}

function load(name: string, options: TraceCommandOptions): Promise<KeptRequests> {
  return loadRequests(name, loadOptionsOf(options), { sizes: true, times: true }, loadKernels())
}

async function info(name: string, options: TraceCommandOptions): Promise<void> {
  const scan = createTraceScan()
  const trace = await scanRequests(name, loadOptionsOf(options), loadKernels(), scan.take)
  const facts = scan.facts()
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

/** The first requests as the file has them; no more of it is read. Names are shown by their hash of 64 bits. */
async function head(name: string, options: TraceCommandOptions): Promise<void> {
  const most = Number(options.count)
  if (!Number.isSafeInteger(most) || most < 1) throw new UserError(`--count ${options.count}: a whole number from 1`)
  if (isWorkload(name)) {
    const { ids, bytes, timesS, count } = makeWorkload(name)
    const rows = Array.from({ length: Math.min(count, most) }, (_, row) => `${timesS[row]},${ids[row]},${bytes[row]}`)
    return writeOut(`time,id,size\n${rows.join('\n')}\n`)
  }
  const enough = new UserError('enough requests')
  const lines = ['time,id,size,lat,lon']
  const show = (degrees: number): string => (Number.isNaN(degrees) ? '' : String(degrees))
  const sink: RowSink = {
    row(timeS, low, high, bytes, lat, lon) {
      const id = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
      lines.push(`${timeS},${id},${bytes},${show(lat)},${show(lon)}`)
      if (lines.length > most) throw enough
    },
  }
  try {
    await readTrace(name, loadOptionsOf(options), sink)
  } catch (error) {
    if (error !== enough) {
      if (!options.lenient || !(error instanceof UserError) || lines.length === 1) throw error
      printWarnings([{ message: `${error.message}; these are the ${lines.length - 1} requests before it` }])
    }
  }
  await writeOut(`${lines.join('\n')}\n`)
}

async function convert(name: string, options: TraceCommandOptions): Promise<void> {
  await writeTrace(await load(name, options), options.output)
}

/** Makes a trace from a workload's name, or from the traffic of a scenario with the coordinates of its visitors. */
async function generate(name: string, options: TraceCommandOptions): Promise<void> {
  if (isWorkload(name)) return writeTrace(await load(name, options), options.output)
  const { plan } = await loadPlan(name, { set: options.set ?? [] })
  const { traffic, catalog } = createLoad(plan, null, createRandom(plan.seed, 'replication 0'))
  await writePieces(visits(traffic, catalog, plan.visitors.places), options.output)
}

/** Requests with the coordinates of those who make them, as csv. */
function* visits(traffic: Traffic, catalog: Catalog, places: Plan['visitors']['places']): Generator<Buffer> {
  const batch = createBatch(1 << 14)
  yield Buffer.from('time,id,size,lat,lon\n')
  while (traffic.next(batch)) {
    let text = ''
    for (let row = 0; row < batch.count; row++) {
      const { lat, lon } = places[batch.places[row]!]!
      const id = batch.objects[row]!
      text += `${(batch.timesMs[row]! / 1000).toFixed(3)},${id},${catalog.bytesOf[id]},${lat.toFixed(2)},${lon.toFixed(2)}\n`
    }
    yield Buffer.from(text)
  }
}

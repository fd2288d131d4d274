import asciichart from 'asciichart'
import { formatBytes } from '../lib/quantity.ts'
import { formatCount } from './figures.ts'
import { inertCsv, inertText } from './inert.ts'

/** One policy's curve: a ratio for each of the sizes. */
export interface Curve {
  policy: string
  /** How it was found: in one pass, from a sample, or by miniature simulation. */
  method: 'exact' | 'SHARDS' | 'MiniSim' | 'simulated'
  missRatios: number[]
  byteMissRatios: number[]
}

export interface MrcResult {
  format: 'cdnlab-mrc-1'
  trace: string
  requests: number
  objects: number
  sizeUnit: 'bytes' | 'objects'
  sizes: number[]
  /** Share of the objects that stand for all, and their requests. */
  sampleRatio: number
  sampledRequests: number
  /** What was left out or mended when the trace was read, by reason. */
  notes: Readonly<Record<string, number>>
  curves: Curve[]
}

/** What was left out or mended when the trace was read, in sentences. */
export function traceNotes({ trace, notes }: Pick<MrcResult, 'trace' | 'notes'>): string[] {
  return Object.entries(notes).map(([reason, count]) => `${inertText(trace)}: ${formatCount(count)} ${reason}`)
}

export function mrcJson(result: MrcResult): string {
  return `${JSON.stringify(result, null, 2)}\n`
}

/** A row a policy and size (RFC 4180). */
export function mrcCsv({ trace, sizes, sizeUnit, curves }: MrcResult): string {
  const rows = curves.flatMap(({ policy, method, missRatios, byteMissRatios }) =>
    sizes.map((size, point) =>
      [trace, policy, method, size, sizeUnit, missRatios[point]!, byteMissRatios[point]!].map(inertCsv).join(','),
    ),
  )
  return `${['trace,policy,method,size,sizeUnit,missRatio,byteMissRatio', ...rows].join('\r\n')}\r\n`
}

const letters = 'abcdefghijklmnopqrstuvwxyz'
const chartHeight = 16
/** A cache of fewer sampled objects is judged by the luck of which popular ones are among them. */
const fewestSampled = 50

/** Curves of ratios from 0 to 100 %, each point as wide as every other. */
export function ratioChart(curves: readonly (readonly number[])[], width: number): string {
  const room = Math.max(20, Math.min(100, width - 12))
  const stretched = curves.map(ratios =>
    Array.from({ length: room }, (_, column) => 100 * ratios[Math.floor((column * ratios.length) / room)]!),
  )
  return asciichart.plot(stretched, {
    height: chartHeight,
    min: 0,
    max: 100,
    format: value => `${value.toFixed(0).padStart(4)} %`,
  })
}

/** The curves for a terminal: a chart over sizes that grow by a factor, and a table below it. */
export function mrcText(result: MrcResult, width: number): string {
  const { trace, requests, objects, sizes, sizeUnit, curves, sampleRatio, sampledRequests } = result
  const sized = (size: number): string => (sizeUnit === 'bytes' ? formatBytes(size) : formatCount(size))
  const chart = ratioChart(
    curves.map(({ missRatios }) => missRatios),
    width,
  )
  const picks = [...new Set([0, 0.25, 0.5, 0.75, 1].map(share => Math.round(share * (sizes.length - 1))))]
  const head = ['policy'.padEnd(24), ...picks.map(point => sized(sizes[point]!).padStart(11))].join('')
  const rows = curves.map(({ policy, method, missRatios }, index) =>
    [
      `${letters[index] ?? '?'} ${inertText(policy)} (${method})`.slice(0, 24).padEnd(24),
      ...picks.map(point => `${(100 * missRatios[point]!).toFixed(1)} %`.padStart(11)),
    ].join(''),
  )
  return [
    `${inertText(trace)}: ${formatCount(requests)} requests, ${formatCount(objects)} objects`,
    ...(sampleRatio < 1
      ? [
          `from ${formatCount(sampledRequests)} requests for a share of ${sampleRatio} of the objects: on Zipf within 0.02 on average where the cache`,
          `holds ${fewestSampled} of them or more; smaller caches say little, for a popular object is in the sample or it is not`,
        ]
      : []),
    '',
    'Miss ratio over the size of the cache, from',
    `${sized(sizes[0]!)} to ${sized(sizes.at(-1)!)}, on a logarithmic scale`,
    chart,
    '',
    head,
    ...rows,
    '',
    ...traceNotes(result).map(note => `${note}\n`),
  ].join('\n')
}

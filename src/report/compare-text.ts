import { formatBytes, formatDigits } from '../lib/quantity.ts'
import { type CompareResult, groupsOf, markOf, reductionOf } from './compare.ts'
import { curveLines } from './compare-curves.ts'
import { formatCount } from './figures.ts'
import { inertText } from './inert.ts'
import { createInk, type Ink } from './ink.ts'
import { traceNotes } from './mrc.ts'
import type { TextOptions } from './text.ts'
import { columnTable } from './text-tables.ts'
import { wrap } from './wrap.ts'

/** The comparison for a terminal: a table for each trace and size, then what the traces say together. */
export function compareText(result: CompareResult, { width: given, colors }: Omit<TextOptions, 'land'>): string {
  const width = Math.max(60, Math.min(given, 140))
  const ink = createInk(colors)
  const heads = result.traces.map(
    ({ name, requests, objects, footprintBytes }) =>
      `${inertText(name)}: ${formatCount(requests)} requests, ${formatCount(objects)} objects, footprint ${formatBytes(footprintBytes)}`,
  )
  const tables = groupsOf(result).flatMap(group => ['', ...groupLines(group, result.reference, width, ink)])
  return `${[
    ...heads.flatMap(head => wrap(head, width, '')),
    ...tables,
    ...curveLines(result, width),
    ...summaryLines(result, ink),
    '',
    ...noteSentences(result)
      .flatMap(line => wrap(line, width, ''))
      .map(ink.faint),
  ].join('\n')}\n`
}

function groupLines(
  group: ReturnType<typeof groupsOf>[number],
  referenceName: string,
  width: number,
  ink: Ink,
): string[] {
  const { trace, sizeAsked, rows, bound, reference } = group
  const { size, sizeUnit } = rows[0]!
  const sized = sizeUnit === 'bytes'
  const title = `${inertText(trace)}, cache ${sizeAsked} = ${sized ? formatBytes(size) : `${formatCount(size)} objects`}`
  const isWide = width >= 90
  const percent = (ratio: number): string => (Number.isFinite(ratio) ? (100 * ratio).toFixed(2) : '-')
  const head = [
    'policy',
    'misses',
    'miss %',
    ...(sized ? ['byte miss %'] : []),
    `vs ${referenceName} %`,
    ...(isWide ? ['ns/request', 'metadata'] : []),
    '',
  ]
  const line = (row: (typeof rows)[number], mark: string): string[] => [
    inertText(row.policy),
    formatCount(row.misses),
    percent(row.missRatio),
    ...(sized ? [percent(row.byteMissRatio)] : []),
    percent(reductionOf(row, reference)),
    ...(isWide ? [formatDigits(row.nsPerRequest), formatBytes(row.metadataBytes)] : []),
    mark,
  ]
  const table = columnTable(head, [
    ...rows.map(row => line(row, markOf(group, row))),
    ...(reference === undefined || rows.includes(reference) ? [] : [line(reference, 'reference')]),
    ...(bound ? [line({ ...bound, policy: 'belady (bound)' }, '')] : []),
  ])
  return [ink.title(title), ...table]
}

/** Over several traces: percentiles of the reduction, and how often each policy is best. */
function summaryLines(result: CompareResult, ink: Ink): string[] {
  if (result.traces.length < 2) return []
  const groups = groupsOf(result)
  const policies = [...new Set(result.rows.map(({ policy }) => policy))]
  const at = (sorted: readonly number[], share: number): string =>
    sorted.length === 0
      ? '-'
      : (100 * sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!).toFixed(1)
  const rows = policies.map(policy => {
    const reductions = groups
      .flatMap(({ rows, reference }) =>
        rows.filter(row => row.policy === policy).map(row => reductionOf(row, reference)),
      )
      .filter(Number.isFinite)
      .sort((a, b) => a - b)
    const best = groups.filter(group => group.first?.policy === policy).length
    return [inertText(policy), at(reductions, 0.1), at(reductions, 0.5), at(reductions, 0.9), String(best)]
  })
  return [
    '',
    ink.title(`Reduction of misses from ${result.reference}, % over ${groups.length} cells`),
    ...columnTable(['policy', 'p10', 'p50', 'p90', 'fewest misses'], rows),
  ]
}

/** What the words of a comparison mean, how far a sample is off, and what was left out of the traces. */
export function noteSentences({ traces, rows, sampling }: CompareResult): string[] {
  const left = traces.flatMap(({ name, notes }) => traceNotes({ trace: name, notes }))
  const stretches = rows[0]?.blocks.length ?? 0
  return [
    stretches < 2
      ? 'No row is marked as best: one stretch of the trace has no interval. --blocks 30 shows whether a difference lasts.'
      : `best: misses less than every other one, and the 95 % interval of the paired difference over ${stretches} stretches of the trace leaves 0 out. A trace is one sample: another may say otherwise.`,
    'belady: evicts what is asked for last; at unit size no policy misses less.',
    'metadata: bytes of bookkeeping, without the objects. ns/request: time in this run, on this machine.',
    ...sampling.map(
      ({ trace, sizeAsked, sampleRatio, wholeMissRatio, sampledMissRatio }) =>
        `${inertText(trace)}, cache ${sizeAsked}: from a share of ${sampleRatio} of the objects lru misses ${percentOf(sampledMissRatio)}, on the whole trace ${percentOf(wholeMissRatio)}; counts are the sample's.`,
    ),
    ...left,
  ]
}

function percentOf(ratio: number): string {
  return `${(100 * ratio).toFixed(2)} %`
}

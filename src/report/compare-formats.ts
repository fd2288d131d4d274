import { type CompareResult, groupsOf, reductionOf } from './compare.ts'
import { inertCsv, inertMarkdown } from './inert.ts'

/** The comparison as JSON: `rows` in the order of traces, policies and sizes as they were asked for. */
export function compareJson(result: CompareResult): string {
  return `${JSON.stringify(result, null, 2)}\n`
}

const columns = ['trace', 'policy', 'size', 'sizeUnit', 'requests', 'misses', 'missRatio', 'requestedBytes', 'missedBytes', 'byteMissRatio', 'nsPerRequest', 'requestsPerSecond', 'metadataBytes'] as const // biome-ignore format: one row

/** A row a policy, size and trace (RFC 4180), with the names of the JSON. */
export function compareCsv({ rows }: CompareResult): string {
  const lines = rows.map(row => columns.map(column => inertCsv(row[column])).join(','))
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`
}

/** A table for each trace and size, for issues and papers. */
export function compareMarkdown(result: CompareResult): string {
  const percent = (ratio: number): string => (Number.isFinite(ratio) ? (100 * ratio).toFixed(2) : '-')
  return groupsOf(result)
    .map(({ trace, sizeAsked, rows, reference, best, bound }) => {
      const all = bound ? [...rows, { ...bound, policy: 'belady (bound)' }] : rows
      const lines = all.map(
        row =>
          `| ${row === best ? `**${inertMarkdown(row.policy)}**` : inertMarkdown(row.policy)} | ${row.misses} | ${percent(row.missRatio)} | ${percent(row.byteMissRatio)} | ${percent(reductionOf(row, reference))} |`,
      )
      return [
        `### ${inertMarkdown(trace)}, cache ${sizeAsked}`,
        '',
        `| policy | misses | miss % | byte miss % | fewer than ${result.reference} % |`,
        '| --- | ---: | ---: | ---: | ---: |',
        ...lines,
        '',
      ].join('\n')
    })
    .join('\n')
}

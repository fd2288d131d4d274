import { formatDigits } from '../lib/quantity.ts'
import { metrics } from '../stats/metrics.ts'
import type { RunResult } from '../stats/result.ts'
import { costSentence } from './cost.ts'
import { formatCount, formatEstimate, formatValue } from './figures.ts'
import { inertMarkdown } from './inert.ts'
import { modelledHead, modelledRows } from './modelled.ts'
import { reasonText } from './sentences.ts'

/** The result as Markdown: for issues, pull requests and wikis. */
export function reportMarkdown(result: RunResult): string {
  const { headline, manifest, warmup, thresholds } = result
  const pops = [...result.pops].sort((a, b) => Number(b.isEdge) - Number(a.isEdge) || b.requests - a.requests)
  const reasons = Object.entries(result.missReasons)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
  const misses = reasons.reduce((sum, [, count]) => sum + count, 0)
  const ms = (value: number | null): string => (value === null ? '-' : formatDigits(value))
  const modelled = modelledRows(result)
  return [
    `# ${inertMarkdown(result.title)}`,
    '',
    `Seed ${manifest.seed}, ${manifest.replications} replication(s), cdnlab ${manifest.version}, scenario ${manifest.scenarioHash}.`,
    '',
    ...table(
      ['figure', 'value', 'formula'],
      metrics.map(({ id, title, doc }) => [title, formatEstimate(id, headline[id]!), doc]),
    ),
    '',
    ...(modelled.length === 0
      ? []
      : [
          ...table(
            [...modelledHead],
            modelled.map(({ title, measured, simulated, difference }) => [title, measured, simulated, difference]),
          ),
          '',
        ]),
    ...table(
      ['PoP', 'requests', 'hit ratio', 'byte hit ratio', 'p50 ms', 'p95 ms', 'p99 ms', 'saved ms'],
      pops.map(pop => [
        inertMarkdown(pop.isEdge ? pop.id : `${pop.id} (tier)`),
        formatCount(pop.requests),
        formatValue(pop.hitRatio, '%'),
        formatValue(pop.byteHitRatio, '%'),
        ms(pop.p50Ms),
        ms(pop.p95Ms),
        ms(pop.p99Ms),
        ms(pop.savedMeanMs),
      ]),
    ),
    '',
    ...table(
      ['why requests were no hits', 'requests', 'share'],
      reasons.map(([reason, count]) => [reasonText(reason), formatCount(count), formatValue(count / misses, '%')]),
    ),
    '',
    ...(result.cost === undefined ? [] : [inertMarkdown(costSentence(result)), '']),
    `Left out as warm-up: ${formatCount(warmup.requests)} requests (${warmup.rule}).`,
    ...(thresholds.length === 0
      ? []
      : [
          '',
          ...thresholds.map(
            ({ text, value, passed }) =>
              `- ${passed ? 'passed' : '**failed**'}: ${inertMarkdown(text)} (is ${formatDigits(value)})`,
          ),
        ]),
    '',
  ].join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)]
}

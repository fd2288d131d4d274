import { formatBytes } from '../../lib/quantity.ts'
import type { Manifest } from '../../stats/result.ts'
import { formatCount } from '../figures.ts'
import { inertHtml } from '../inert.ts'
import { type MrcResult, traceNotes } from '../mrc.ts'
import { curveFigure, curveStyle } from './curves.ts'
import { documentHtml, manifestList, withoutScenario } from './document.ts'
import { section } from './markup.ts'
import { tableScript } from './script.ts'
import { type Column, sortable } from './tables.ts'

/** Miss-ratio curves as one page that needs nothing else: the plot, a table of all sizes, and how to make it again. */
export function mrcHtml(result: MrcResult, manifest: Manifest): string {
  const { trace, requests, objects, sizes, sizeUnit, curves, sampleRatio, sampledRequests } = result
  const sized = (size: number): string => (sizeUnit === 'bytes' ? formatBytes(size) : `${formatCount(size)} objects`)
  const facts = [`${formatCount(requests)} requests`, `${formatCount(objects)} objects`, `cdnlab ${manifest.version}`]
  const title = `Miss-ratio curves of ${trace}`
  const sampled =
    sampleRatio < 1
      ? `From ${formatCount(sampledRequests)} requests for a share of ${sampleRatio} of the objects; small caches are told least well.`
      : ''
  const lines = (pick: 'missRatios' | 'byteMissRatios') =>
    curves.map(curve => ({ name: curve.policy, ratios: curve[pick] }))
  const figures = [
    curveFigure('Miss ratio over size', sizes, lines('missRatios'), sized),
    ...(sizeUnit === 'bytes' ? [curveFigure('Byte miss ratio over size', sizes, lines('byteMissRatios'), sized)] : []),
  ]
  const body = [
    `<header><h1>${inertHtml(title)}</h1><p class="meta">${facts.map(fact => `<span>${inertHtml(fact)}</span>`).join(' ')}</p></header>`,
    '<main>',
    section('curves', 'What every size would miss', sampled, figures.join('')),
    section(
      'table',
      'In figures',
      ['Click a heading to sort.', ...traceNotes(result)].join(' · '),
      sizeTable(result, sized),
    ),
    section('recipe', 'How to make this again', '', manifestList(withoutScenario(manifest))),
    '</main>',
  ].join('\n')
  return documentHtml({ title, style: curveStyle, script: tableScript, body })
}

/** A row a size, a column a policy. */
function sizeTable({ sizes, curves }: MrcResult, sized: (size: number) => string): string {
  const columns: Column<number>[] = [
    { title: 'size', of: point => sizes[point]!, show: point => sized(sizes[point]!) },
    ...curves.map(
      ({ policy, method, missRatios }): Column<number> => ({
        title: `${policy} (${method}), miss %`,
        of: point => missRatios[point]!,
        show: point => (100 * missRatios[point]!).toFixed(2),
      }),
    ),
  ]
  return sortable('Miss ratios', [...sizes.keys()], columns)
}

import type { CostLine } from '../../stats/cost.ts'
import type { RunResult } from '../../stats/result.ts'
import { amountOf, costNotes, costSentence, formatUsd } from '../cost.ts'
import { inertCsv, inertHtml } from '../inert.ts'
import { figure, section } from './markup.ts'

/** The page's section about money; empty where the scenario names no prices. */
export function costSection(result: RunResult): string {
  const { cost } = result
  if (cost === undefined) return ''
  const row = (line: CostLine): string =>
    `<tr><th scope="row">${inertHtml(line.what)}</th><td>${inertHtml(amountOf(line))}</td><td>${formatUsd(line.usd)}</td></tr>`
  const sum = (what: string, usd: number): string =>
    `<tr><th scope="row"><b>${what}</b></th><td></td><td><b>${formatUsd(usd)}</b></td></tr>`
  const table = `<div class="scroll" tabindex="0" role="region" aria-label="Cost"><table><thead><tr><th scope="col">a month</th><th scope="col">amount</th><th scope="col">price</th></tr></thead><tbody>${[
    ...cost.lines.map(row),
    sum('with the CDN', cost.withCdnUsd),
    ...cost.withoutCdnLines.map(row),
    sum('without it', cost.withoutCdnUsd),
    sum('saved', cost.savedUsd),
  ].join('')}</tbody></table></div>`
  const csvRow = (side: string) => (line: CostLine) =>
    [side, line.what, line.amount, line.unit, line.usd].map(cell => inertCsv(cell)).join(',')
  const csv = [
    'side,what,amount,unit,usd',
    ...cost.lines.map(csvRow('with')),
    ...cost.withoutCdnLines.map(csvRow('without')),
  ].join('\n')
  const sources = cost.sources.map(
    ({ name, url, date, basis }) => `<li>${inertHtml(`${name}: ${url}, ${date}, ${basis}`)}</li>`,
  )
  const notes = `<ul>${costNotes(cost)
    .map(note => `<li>${inertHtml(note)}</li>`)
    .join('')}</ul><details><summary>Where the prices come from</summary><ul>${sources.join('')}</ul></details>`
  return section('cost', 'What it costs', '', figure('Cost of a month', table, costSentence(result), csv) + notes)
}

import { formatDigits } from '../../lib/quantity.ts'
import { metrics } from '../../stats/metrics.ts'
import type { RunResult } from '../../stats/result.ts'
import { formatCount, formatEstimate, formatValue } from '../figures.ts'
import { inertHtml } from '../inert.ts'
import { modelledHead, modelledRows } from '../modelled.ts'
import { reasonText, routingSentence, warmSentence } from '../sentences.ts'
import { backendsSection } from './backends.ts'
import { cards } from './cards.ts'
import { costSection } from './cost.ts'
import { documentHtml, manifestList } from './document.ts'
import { latencyFigures } from './latency.ts'
import { worldMap } from './map.ts'
import { figure, inertLines, section, shareBar } from './markup.ts'
import { script } from './script.ts'
import { style } from './style.ts'
import { behaviorTable, cityTable, countryTable, popTable } from './tables.ts'
import { timelineFigures } from './timeline.ts'

export interface PageOptions {
  /** The scenario as it was written: the page is its own recipe. */
  scenario: string
  /** Text of world-atlas/land-110m.json; empty for a map without coasts. */
  land: string
}

/**
 * The report of a run as one file that needs nothing else: no network, no fonts, no other file. Its policy (CSP) lets run only the
 * one style and the one script of this room, named by their hashes, so that nothing that a name smuggles in can ever run.
 */
export function reportHtml(result: RunResult, { scenario, land }: PageOptions): string {
  const body = [
    head(result),
    '<main>',
    section(
      'modelled',
      'Measured beside simulated',
      'The same requests on real servers, and in a run.',
      modelled(result),
    ),
    section('map', 'The world', '', worldMap(result, land)),
    section('latency', 'How long visitors wait', '', latencyFigures(result)),
    section('time', 'Over time', warmSentence(result), timelineFigures(result)),
    section('origin', 'What reaches the origin, and why', '', reasons(result)),
    section('pops', 'PoPs', 'Click a heading to sort.', popTable(result)),
    section('countries', 'Countries', '', countryTable(result)),
    section('cities', 'Cities', routingSentence(result), cityTable(result)),
    section('behaviors', 'Behaviours', '', behaviorTable(result)),
    backendsSection(result),
    costSection(result),
    section('formulas', 'All figures, and how they are made', '', formulas(result)),
    section('recipe', 'How to make this again', '', recipe(result, scenario)),
    '</main>',
  ].join('\n')
  return documentHtml({ title: result.title, style, script, body })
}

function head(result: RunResult): string {
  const { manifest, thresholds } = result
  const runs =
    manifest.replications > 1
      ? `${manifest.replications} replications; ± is a 95 % interval`
      : 'a single run, without an interval'
  const facts = [manifest.scenario, `seed ${manifest.seed}`, runs, `cdnlab ${manifest.version}`]
  const links = {
    map: 'World',
    latency: 'Latency',
    time: 'Over time',
    origin: 'Origin',
    pops: 'PoPs',
    countries: 'Countries',
    cities: 'Cities',
    ...(result.backends === undefined ? {} : { backends: 'Behind' }),
    ...(result.cost === undefined ? {} : { cost: 'Cost' }),
    formulas: 'Formulas',
    recipe: 'Recipe',
  }
  const chip = ({ text, value, passed }: RunResult['thresholds'][number]): string =>
    `<li class="${passed ? 'passed' : 'failed'}"><b>${passed ? '✓ passed' : '✗ failed'}</b> ${inertHtml(text)} <span class="note">is ${formatDigits(value)}</span></li>`
  return [
    `<header><h1>${inertHtml(result.title)}</h1><p class="meta">${facts.map(fact => `<span>${inertHtml(fact)}</span>`).join(' ')}</p>`,
    `<div class="cards">${cards(result)}</div>`,
    thresholds.length === 0
      ? ''
      : `<ul class="thresholds" aria-label="Thresholds">${thresholds.map(chip).join('')}</ul>`,
    `<nav aria-label="Sections">${Object.entries(links)
      .map(([id, label]) => `<a href="#${id}">${label}</a>`)
      .join('')}</nav></header>`,
  ].join('')
}

/** Figures of real PoPs beside those of a run of the same requests; nothing of a run. */
function modelled(result: RunResult): string {
  const rows = modelledRows(result)
  if (rows.length === 0) return ''
  const head = modelledHead.map(title => `<th scope="col">${title}</th>`).join('')
  const line = ({ title, measured, simulated, difference }: (typeof rows)[number]): string =>
    `<tr><th scope="row">${inertHtml(title)}</th><td>${measured}</td><td>${simulated}</td><td>${difference}</td></tr>`
  return `<div class="scroll" tabindex="0" role="region" aria-label="Measured beside simulated"><table><thead><tr>${head}</tr></thead><tbody>${rows.map(line).join('')}</tbody></table></div>`
}

/** Why requests were no hits, and what reaches the origin. */
export function reasons({ missReasons, headline }: Pick<RunResult, 'missReasons' | 'headline'>): string {
  const rows = Object.entries(missReasons)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
  const total = rows.reduce((sum, [, count]) => sum + count, 0)
  const line = ([reason, count]: [string, number]): string =>
    `<tr><th scope="row">${inertHtml(reasonText(reason))}</th><td>${formatCount(count)}</td><td>${formatValue(count / total, '%')}</td><td>${shareBar(count / rows[0]![1], 'without')}</td></tr>`
  const text = (id: string): string => formatEstimate(id, headline[id]!)
  const first = rows[0]
  const words =
    first === undefined
      ? headline.requests!.value > 0
        ? 'Every request was a hit.'
        : 'Nothing was asked.'
      : `${formatCount(total)} requests were no hits; the most frequent reason, ${reasonText(first[0])}, has ${formatValue(first[1] / total, '%')} of them. ${text('origin_requests')} requests reach the origin (offload ${text('origin_offload')}), and it sends ${text('origin_bytes')} (offload in bytes ${text('byte_offload')}).`
  const table = `<div class="scroll" tabindex="0" role="region" aria-label="Reasons"><table class="reasons"><thead><tr><th scope="col">reason</th><th scope="col">requests</th><th scope="col">share</th><td></td></tr></thead><tbody>${rows.map(line).join('')}</tbody></table></div>`
  const csv = ['reason,requests', ...Object.entries(missReasons).map(([reason, count]) => `${reason},${count}`)].join(
    '\n',
  )
  return figure('Why requests were no hits', table, words, csv)
}

function formulas({ headline, cold }: RunResult): string {
  const row = ({ id, title, unit, doc }: (typeof metrics)[number]): string =>
    `<tr><th scope="row">${inertHtml(title)}</th><td>${inertHtml(formatEstimate(id, headline[id]!))}</td><td>${inertHtml(formatValue(cold[id] ?? null, unit))}</td><td class="doc">${inertHtml(doc)}</td></tr>`
  return `<details><summary>Show all ${metrics.length} figures</summary><div class="scroll" tabindex="0" role="region" aria-label="All figures"><table class="formulas"><thead><tr><th scope="col">figure</th><th scope="col">warm part</th><th scope="col">whole run</th><th scope="col">formula</th></tr></thead><tbody>${metrics.map(row).join('')}</tbody></table></div></details>`
}

function recipe({ manifest, checks, notes }: RunResult, scenario: string): string {
  const laws = checks.map(
    ({ law, left, right }) => `<li>${inertHtml(law)}: ${formatCount(left)} = ${formatCount(right)}</li>`,
  )
  return [
    `<ul>${notes.map(note => `<li>${inertHtml(note)}</li>`).join('')}</ul>`,
    manifestList(manifest),
    `<details><summary>${checks.length} laws of conservation were checked</summary><ul>${laws.join('')}</ul></details>`,
    `<details open><summary>The scenario</summary><pre tabindex="0" aria-label="The scenario">${inertLines(scenario)}</pre></details>`,
  ].join('')
}

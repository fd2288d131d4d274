import { inertHtml } from '../inert.ts'

/** Steps of the scale viridis without its darkest end. Source: S. van der Walt, N. Smith, matplotlib, 2015 (CC0). */
export const viridis = ['#46327e', '#365c8d', '#277f8e', '#1fa187', '#4ac16d', '#a0da39', '#fde725'] as const

/** Step of a share from 0 to 1 on a scale of so many steps. */
export function stepOf(share: number, steps: number): number {
  return Number.isFinite(share) ? Math.max(0, Math.min(steps - 1, Math.floor(share * steps))) : 0
}

/** A coordinate of a drawing: one decimal is finer than a pixel, and short. */
export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10)
}

/** A section of the page with a title; nothing when there is nothing to show. */
export function section(id: string, title: string, intro: string, body: string): string {
  if (body === '') return ''
  const lead = intro === '' ? '' : `<p class="lead">${inertHtml(intro)}</p>`
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${inertHtml(title)}</h2>${lead}${body}</section>`
}

/** A drawing with what it says in words, and its data to read and to keep. */
export function figure(title: string, drawing: string, words: string, csv: string): string {
  return `<figure><h3>${inertHtml(title)}</h3>${drawing}<figcaption>${inertHtml(words)}</figcaption>${dataAsCsv(title, csv)}</figure>`
}

/** Data of a drawing or table behind a fold, with a button that saves it. */
export function dataAsCsv(title: string, csv: string): string {
  const name = `${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.csv`
  return `<details class="data"><summary>Data as CSV</summary><button type="button" class="save" data-name="${name}" hidden>Save ${name}</button><pre tabindex="0" aria-label="${inertHtml(title)} as CSV">${inertLines(csv)}</pre></details>`
}

/** A text of several lines for a `pre`: only its line breaks keep a meaning. */
export function inertLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map(line => inertHtml(line.replaceAll('\t', '    ')))
    .join('\n')
}

/** A bar that fills a share of its cell. */
export function shareBar(share: number, kind: 'with' | 'without' | 'plain'): string {
  const width = Math.max(0, Math.min(100, 100 * (Number.isFinite(share) ? share : 0)))
  return `<svg class="bar" aria-hidden="true"><rect class="trough" width="100%" height="100%"/><rect class="${kind}" width="${coordinate(width)}%" height="100%"/></svg>`
}

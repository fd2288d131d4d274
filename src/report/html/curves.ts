import { inertCsv, inertHtml } from '../inert.ts'
import { coordinate, figure } from './markup.ts'
import { drawPlot } from './plot.ts'
import { style } from './style.ts'

/** The look of pages with curves and bounds: that of the run's page, and colours for many lines, told apart by dashes too. */
export const curveStyle = `${style}
:root{--violet:#7b4fb5}
@media screen and (prefers-color-scheme:dark){:root{--violet:#c39bf5}}
h3,li,.note,figcaption{overflow-wrap:anywhere}section figure+figure,section details.data+h3{margin-top:2rem}section .multiples figure+figure{margin-top:0}
.curves{display:flex;align-items:stretch}.curves .plot{flex:1 1 0;min-width:0}.curves .names{flex:none;overflow:visible}
.names text{fill:var(--ink);font-size:12.5px}
.k0{stroke:var(--with)}.k1{stroke:var(--without)}.k2{stroke:var(--good)}.k3{stroke:var(--plain)}.k4{stroke:var(--violet)}.k5{stroke:var(--ink)}
.d1{stroke-dasharray:7 4}.d2{stroke-dasharray:2 3}.bound-line{stroke:var(--ink);stroke-dasharray:3 3}
.line-key line{stroke-width:3}.names line{stroke-width:2.5}.names .leader{stroke:var(--line);stroke-width:1}
.mark{stroke:var(--ink);stroke-width:2}td .versus{width:clamp(6rem,14vw,16rem);height:.6rem}
.bar.key-bar{display:inline-block;width:2.5rem;height:.6rem;margin:0 .45em 0 0;vertical-align:-.02em}
`

/** A line over sizes; `isBound` draws it as what nobody can pass. */
export interface CurveLine {
  name: string
  ratios: readonly number[]
  isBound?: boolean
}

const heightPx = 340
const headPx = 16
const footPx = 20
const apartPx = 15
const longestName = 16
const colors = 6

/** Miss ratios over sizes on a logarithmic scale, each line with its name at its end. Sizes rise. */
export function curveFigure(
  title: string,
  sizes: readonly number[],
  lines: readonly CurveLine[],
  sizeText: (size: number) => string,
): string {
  const [least, most] = [sizes[0]!, sizes.at(-1)!]
  const highest = Math.max(...lines.flatMap(({ ratios }) => ratios.filter(Number.isFinite)), 0.01)
  const top = Math.min(1, Math.ceil(highest * 10) / 10)
  const at = (size: number): number => (most > least ? Math.log(size / least) / Math.log(most / least) : 0.5)
  const path = ({ ratios }: CurveLine): string =>
    ratios
      .map((ratio, point) => ({ ratio, x: 1000 * at(sizes[point]!) }))
      .filter(({ ratio }) => Number.isFinite(ratio))
      .map(
        ({ ratio, x }, point) => `${point === 0 ? 'M' : 'L'}${coordinate(x)} ${coordinate(100 - (100 * ratio) / top)}`,
      )
      .join('')
  const marks = lines.map(
    (line, index) => `<path class="line ${lookOf(line, index)}" vector-effect="non-scaling-stroke" d="${path(line)}"/>`,
  )
  const percent = (ratio: number): string => `${(100 * ratio).toFixed(1)} %`
  const told = lines.map(({ name, ratios }) => `${name} from ${percent(ratios[0]!)} to ${percent(ratios.at(-1)!)}`)
  const words = `${title}. Over the size of the cache, from ${sizeText(least)} to ${sizeText(most)} on a logarithmic scale: ${told.join('; ')}.`
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(share => ({
    at: share,
    label: share % 0.5 === 0 ? sizeText(Math.round(least * (most / least) ** share)).replace(/ objects$/, '') : '',
  }))
  const drawing = drawPlot({ words, heightPx, marks: marks.join(''), ticks, top: `${Math.round(100 * top)} % missed` })
  const csv = [
    ['size', ...lines.map(({ name }) => inertCsv(name))].join(','),
    ...sizes.map((size, point) => [size, ...lines.map(({ ratios }) => inertCsv(ratios[point]!))].join(',')),
  ].join('\n')
  return figure(title, `<div class="curves">${drawing}${names(lines, top)}</div>`, words, csv)
}

function lookOf({ isBound = false }: CurveLine, index: number): string {
  return isBound ? 'bound-line' : `k${index % colors} d${Math.min(2, Math.floor(index / colors))}`
}

/** The names beside the ends of their lines, moved apart where they would lie on one another. */
function names(lines: readonly CurveLine[], top: number): string {
  const fieldPx = heightPx - headPx - footPx
  const places = lines
    .map((line, index) => ({ line, index, end: headPx + fieldPx * (1 - (line.ratios.at(-1) || 0) / top), y: 0 }))
    .sort((a, b) => a.end - b.end)
  places.forEach((place, index) => {
    place.y = Math.max(place.end, index === 0 ? headPx : places[index - 1]!.y + apartPx)
  })
  for (let index = places.length - 1, limit = headPx + fieldPx; index >= 0; index--, limit -= apartPx)
    places[index]!.y = Math.min(places[index]!.y, Math.max(limit, headPx))
  const short = (name: string): string => {
    const letters = [...name]
    return letters.length > longestName ? `${letters.slice(0, longestName - 1).join('')}…` : name
  }
  const widthPx = 36 + 7.2 * Math.max(...lines.map(({ name }) => [...short(name)].length))
  const items = places.map(({ line, index, end, y }) => {
    const [from, to] = [coordinate(end), coordinate(y)]
    return `<line class="leader" x1="0" y1="${from}" x2="10" y2="${to}"/><line class="${lookOf(line, index)}" x1="10" x2="26" y1="${to}" y2="${to}"/><text x="31" y="${coordinate(y + 4)}">${inertHtml(short(line.name))}</text>`
  })
  return `<svg class="names" aria-hidden="true" width="${Math.round(Math.min(widthPx, 150))}" height="${heightPx}">${items.join('')}</svg>`
}

import { inertHtml } from '../inert.ts'
import { coordinate } from './markup.ts'

export interface Tick {
  /** Where, from 0 at the left to 1 at the right. */
  at: number
  label: string
}

export interface Plot {
  /** What a reader who sees no drawing is told. */
  words: string
  heightPx: number
  /** Elements drawn on a field of 1000 by 100. */
  marks: string
  ticks: readonly Tick[]
  /** What the top of the field stands for. */
  top: string
  /** Upright lines, with their text. */
  lines?: readonly Tick[]
}

const footPx = 20
const headPx = 16

/**
 * A plot as wide as its place. The field is stretched, letters and strokes are not: so it reads on a telephone as on a projector.
 */
export function drawPlot({ words, heightPx, marks, ticks, top, lines = [] }: Plot): string {
  const fieldPx = heightPx - footPx - headPx
  const percent = (at: number): string => `${coordinate(100 * at)}%`
  const anchor = (at: number): string => (at < 0.04 ? 'start' : at > 0.96 ? 'end' : 'middle')
  return [
    `<svg class="plot" role="img" aria-label="${inertHtml(words)}" width="100%" height="${heightPx}">`,
    `<line class="axis" x1="0" x2="100%" y1="${headPx}" y2="${headPx}"/>`,
    `<line class="axis" x1="0" x2="100%" y1="${headPx + fieldPx / 2}" y2="${headPx + fieldPx / 2}"/>`,
    ...ticks.map(
      ({ at, label }) =>
        `<line class="axis" x1="${percent(at)}" x2="${percent(at)}" y1="${headPx}" y2="${headPx + fieldPx}"/><text x="${percent(at)}" y="${heightPx - 4}" text-anchor="${anchor(at)}">${inertHtml(label)}</text>`,
    ),
    `<svg viewBox="0 0 1000 100" preserveAspectRatio="none" x="0" y="${headPx}" width="100%" height="${fieldPx}">${marks}</svg>`,
    `<line class="base" x1="0" x2="100%" y1="${headPx + fieldPx}" y2="${headPx + fieldPx}"/>`,
    ...lines.map(
      ({ at, label }) =>
        `<line class="event" x1="${percent(at)}" x2="${percent(at)}" y1="${headPx}" y2="${headPx + fieldPx}"><title>${inertHtml(label)}</title></line>`,
    ),
    `<text x="0" y="11">${inertHtml(top)}</text></svg>`,
  ].join('')
}

/** Points of a line over equal steps; `most` is the top of the field. Steps without a value leave a gap. */
export function linePath(values: readonly number[], most: number): string {
  let isOpen = false
  return values
    .map((value, step) => {
      if (!Number.isFinite(value)) {
        isOpen = false
        return ''
      }
      const letter = isOpen ? 'L' : 'M'
      isOpen = true
      const x = values.length === 1 ? 500 : (1000 * step) / (values.length - 1)
      return `${letter}${coordinate(x)} ${coordinate(100 - (100 * value) / (most || 1))}`
    })
    .join('')
}

/** Outline of bars that touch, from the ground up and back to it. */
export function stepsPath(values: readonly number[], most: number): string {
  const width = 1000 / values.length
  const steps = values.map((value, bar) => {
    const y = coordinate(100 - (100 * value) / (most || 1))
    return `L${coordinate(bar * width)} ${y}H${coordinate((bar + 1) * width)}`
  })
  return `M0 100${steps.join('')}V100Z`
}

import uPlot from 'uplot'
import { clockSteps, clockText } from './clock-text.ts'
import { html } from './dom.ts'
import type { RaceLine } from './engine.ts'

/** Hit ratio over the time of the run, a line a policy. */
export interface RaceChart {
  element: HTMLElement
  draw(lines: readonly RaceLine[]): void
}

/** Colours of lines that people with any kind of colour vision can tell apart; dashes tell the second round of them. */
const colors = ['--line-1', '--line-2', '--line-3', '--line-4', '--line-5']
const heightPx = 260

/** `isOracle` tells of policies that know the future: they are drawn thin and dotted. */
export function createRaceChart(isOracle: (policy: string) => boolean): RaceChart {
  const holder = html('div', { class: 'race-chart' })
  const words = html('p', { class: 'quiet' })
  const element = html('figure', { class: 'race-figure' }, html('figcaption', {}, 'Hit ratio over time'), holder, words)
  element.hidden = true
  let chart: uPlot | undefined
  const colour = (name: string): string => getComputedStyle(document.body).getPropertyValue(name).trim()

  function seriesOf(lines: readonly RaceLine[]): uPlot.Series[] {
    return lines.map(({ policy }, index) => ({
      label: policy,
      stroke: () => (isOracle(policy) ? colour('--ink') : colour(colors[index % colors.length]!)),
      width: isOracle(policy) ? 1 : 2,
      dash: isOracle(policy) ? [2, 3] : index >= colors.length ? [7, 4] : [],
      points: { show: false },
      value: (_, ratio) => (ratio === null ? '-' : `${(100 * ratio).toFixed(1)} %`),
    }))
  }

  function optionsFor(lines: readonly RaceLine[]): uPlot.Options {
    const axis = { stroke: () => colour('--quiet'), ticks: { show: false } }
    return {
      width: Math.max(260, holder.clientWidth),
      height: heightPx,
      legend: { show: true, live: true },
      cursor: { drag: { x: false, y: false } },
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.min(1, Math.max(0.05, most * 1.1))] } },
      axes: [
        {
          ...axis,
          grid: { show: false },
          values: (_, ticks) => ticks.map(clockText),
          incrs: clockSteps,
          size: 30,
          space: 80,
        },
        {
          ...axis,
          grid: { stroke: () => colour('--line'), width: 1 },
          values: (_, ticks) => ticks.map(tick => `${Math.round(100 * tick)} %`),
          size: 48,
          space: 36,
        },
      ],
      series: [{ label: 'time', value: (_, ms) => (ms === null ? '-' : clockText(ms)) }, ...seriesOf(lines)],
    }
  }

  new ResizeObserver(() => {
    if (holder.clientWidth > 0) chart?.setSize({ width: holder.clientWidth, height: heightPx })
  }).observe(holder)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => chart?.redraw())
  return {
    element,
    draw(lines) {
      element.hidden = lines.length === 0
      chart?.destroy()
      chart = undefined
      const [first] = lines
      if (first === undefined) return
      const times = first.series.map((_, step) => (step + 0.5) * first.stepMs)
      const columns = lines.map(({ series }) => series.map(ratio => (Number.isFinite(ratio) ? ratio : null)))
      chart = new uPlot(optionsFor(lines), [times, ...columns], holder)
      words.textContent = lines.map(line => `${line.policy} ends at ${lastOf(line)}`).join('; ')
    },
  }
}

function lastOf({ series }: RaceLine): string {
  const last = series.findLast(Number.isFinite)
  return last === undefined ? 'nothing' : `${(100 * last).toFixed(1)} %`
}

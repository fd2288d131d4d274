import uPlot from 'uplot'
import { formatDigits } from '../lib/quantity.ts'
import { formatCount, formatValue } from '../report/figures.ts'
import { clockSteps, clockText } from './clock-text.ts'
import { byId, html } from './dom.ts'
import { addEvent, edgesOf, removeValue } from './edit.ts'
import { durationOf, type LabState, type Store } from './store.ts'

/** How long playing a whole run takes, and how often it moves on. */
const playMs = 16_000
const frameMs = 80

/** The run over time: a chart, a slider that plays, and buttons that let something happen at the chosen moment. */
export function createTime(store: Store): void {
  const slider = html('input', {
    type: 'range',
    min: 0,
    max: 1000,
    step: 1,
    value: 0,
    'aria-label': 'Moment of the run',
  })
  const clock = html('output', { class: 'clock' })
  const moment = html('p', { class: 'moment' })
  const playButton = html('button', { type: 'button', class: 'play', 'aria-pressed': 'false' }, 'Play')
  const chartHolder = html('div', {
    class: 'chart',
    role: 'img',
    'aria-label': 'Hit ratio and origin requests over time',
  })
  const happened = html('ul', { class: 'events', 'aria-label': 'What happens in this run' })
  const length = (): number => lengthOf(store.get())
  let timer = 0

  const seek = (atMs: number): void => store.show({ atMs: Math.max(0, Math.min(length(), atMs)) })
  const stop = (): void => {
    clearInterval(timer)
    timer = 0
    playButton.textContent = 'Play'
    playButton.setAttribute('aria-pressed', 'false')
  }
  playButton.addEventListener('click', () => {
    if (timer !== 0) return stop()
    if (store.get().atMs >= length()) seek(0)
    playButton.textContent = 'Pause'
    playButton.setAttribute('aria-pressed', 'true')
    timer = window.setInterval(() => {
      seek(store.get().atMs + (length() * frameMs) / playMs)
      if (store.get().atMs >= length()) stop()
    }, frameMs)
  })
  slider.addEventListener('input', () => {
    stop()
    seek((Number(slider.value) / 1000) * length())
  })
  byId('time').replaceChildren(
    html('div', { class: 'player' }, playButton, slider, clock),
    html(
      'p',
      { class: 'chart-key', 'aria-hidden': 'true' },
      html('span', { class: 'key' }, html('span', { class: 'line' }), 'hit ratio'),
      html('span', { class: 'key' }, html('span', { class: 'line dashed' }), 'requests that reach the origin'),
    ),
    chartHolder,
    moment,
    html(
      'div',
      { class: 'happen', role: 'group', 'aria-label': 'Let something happen at this moment' },
      html('span', {}, 'At this moment:'),
      ...eventButtons(store),
    ),
    happened,
  )
  const chart = createChart(chartHolder, seek)
  let drawn: unknown = null
  const draw = (state: LabState): void => {
    slider.value = String((1000 * state.atMs) / Math.max(1, length()))
    slider.setAttribute('aria-valuetext', clockText(state.atMs))
    clock.textContent = clockText(state.atMs)
    const series = state.run?.result.series
    if (!series) return
    if (drawn !== state.run) {
      drawn = state.run
      chart.setRun(state)
      happened.replaceChildren(...eventList(store))
    }
    chart.setMoment(state.atMs)
    const step = Math.min(series.requests.length - 1, Math.floor(state.atMs / series.stepMs))
    const perSecond = (1000 * series.originRequests[step]!) / series.stepMs
    moment.textContent = `Hit ratio ${formatValue(series.hitRatio[step]!, '%')}, ${formatRate(perSecond)} requests a second reach the origin, p95 ${formatValue(series.p95Ms[step]!, 'ms')}${series.errors[step] ? `, ${formatCount(series.errors[step]!)} errors` : ''}${series.stale[step] ? `, ${formatCount(series.stale[step]!)} served stale` : ''}.`
  }
  store.watch(draw)
  draw(store.get())
}

function lengthOf({ run, plan }: LabState): number {
  const series = run?.result.series
  return series ? series.stepMs * series.requests.length : durationOf(plan)
}

function eventButtons(store: Store): HTMLElement[] {
  const seconds = (ms: number): string => `${Math.max(1, Math.round(ms / 1000))}s`
  const happen = (make: (state: LabState, tenth: string) => Record<string, unknown>) => () => {
    const state = store.get()
    const event = make(state, seconds(lengthOf(state) / 10))
    store.edit(text => addEvent(text, { at: seconds(state.atMs), ...event }))
  }
  const busiest = ({ run, plan, chosen }: LabState): string => {
    if (chosen !== '') return chosen
    const rows = run?.result.pops.filter(({ isEdge }) => isEdge) ?? []
    const first = [...rows].sort((a, b) => b.requests - a.requests)[0]
    return first?.id ?? edgesOf(plan)[0]!.id
  }
  const button = (label: string, title: string, onclick: () => void): HTMLElement =>
    html('button', { type: 'button', title, onclick }, label)
  return [
    button(
      'Cut a PoP',
      'The chosen PoP, or the busiest, fails for a tenth of the run',
      happen((state, tenth) => ({ type: 'pop-down', pop: busiest(state), for: tenth })),
    ),
    button(
      'Stop the origin',
      'For a tenth of the run',
      happen((_, tenth) => ({ type: 'origin-down', for: tenth })),
    ),
    button(
      'Flash crowd',
      'Ten times the visitors for a tenth of the run, most of them for one object',
      happen((_, tenth) => ({ type: 'flash-crowd', for: tenth, factor: 10 })),
    ),
    button(
      'Purge',
      'All copies are thrown away',
      happen(() => ({ type: 'purge' })),
    ),
  ]
}

function eventList(store: Store): HTMLElement[] {
  const { run, plan } = store.get()
  const events = run?.result.events ?? []
  const list = events.map(({ atMs, text }) => html('li', {}, `${clockText(atMs)}: ${text}`))
  if (plan.events.length > 0)
    list.push(
      html(
        'li',
        {},
        html(
          'button',
          { type: 'button', onclick: () => store.edit(text => removeValue(text, ['events'])) },
          'Take all events out',
        ),
      ),
    )
  return list
}

interface Chart {
  setRun(state: LabState): void
  setMoment(atMs: number): void
}

function createChart(holder: HTMLElement, seek: (atMs: number) => void): Chart {
  let marks: number[] = []
  let momentMs = 0
  const colour = (name: string): string => getComputedStyle(document.body).getPropertyValue(name).trim()
  const chart = new uPlot(
    {
      width: Math.max(260, holder.clientWidth),
      height: 132,
      legend: { show: false },
      cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: false },
        hit: { range: [0, 1] },
        origin: { range: (_, __, most) => [0, Math.max(1, most * 1.05)] },
      },
      axes: [
        {
          stroke: () => colour('--quiet'),
          grid: { show: false },
          ticks: { stroke: () => colour('--line') },
          values: (_, ticks) => ticks.map(clockText),
          incrs: clockSteps,
          size: 30,
          space: 80,
        },
        {
          scale: 'hit',
          stroke: () => colour('--accent'),
          grid: { stroke: () => colour('--line'), width: 1 },
          ticks: { show: false },
          values: (_, ticks) => ticks.map(tick => `${Math.round(100 * tick)} %`),
          size: 48,
          space: 36,
        },
        {
          scale: 'origin',
          side: 1,
          stroke: () => colour('--quiet'),
          grid: { show: false },
          ticks: { show: false },
          values: (_, ticks) => ticks.map(tick => `${formatRate(tick)}/s`),
          size: 62,
          space: 36,
        },
      ],
      series: [
        {},
        { scale: 'hit', stroke: () => colour('--accent'), width: 2, points: { show: false } },
        { scale: 'origin', stroke: () => colour('--quiet'), width: 1, dash: [4, 3], points: { show: false } },
      ],
      hooks: {
        draw: [
          plot => {
            const { ctx, bbox } = plot
            const line = (atMs: number, stroke: string, width: number): void => {
              const x = Math.round(plot.valToPos(atMs, 'x', true))
              ctx.fillStyle = stroke
              ctx.fillRect(x, bbox.top, width * devicePixelRatio, bbox.height)
            }
            for (const mark of marks) line(mark, colour('--warn'), 2)
            line(momentMs, colour('--ink'), 1)
          },
        ],
      },
    },
    [[0], [0], [0]],
    holder,
  )
  chart.over.addEventListener('click', event => seek(chart.posToVal(event.offsetX, 'x')))
  new ResizeObserver(() => {
    if (holder.clientWidth > 0) chart.setSize({ width: holder.clientWidth, height: 132 })
  }).observe(holder)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => chart.redraw())
  return {
    setRun({ run }) {
      const { series, events } = run!.result
      marks = events.map(({ atMs }) => atMs)
      const times = series.requests.map((_, step) => (step + 0.5) * series.stepMs)
      const perSecond = series.originRequests.map(count => (1000 * count) / series.stepMs)
      chart.setData([times, series.hitRatio.map(ratio => (Number.isFinite(ratio) ? ratio : null)), perSecond])
    },
    setMoment(atMs) {
      momentMs = atMs
      chart.redraw(false)
    },
  }
}

/** So many a second: whole where they are many. */
function formatRate(perSecond: number): string {
  return perSecond >= 10 || perSecond === 0 ? formatCount(perSecond) : formatDigits(perSecond)
}

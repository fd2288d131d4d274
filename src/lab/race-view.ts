import { UserError } from '../lib/user-error.ts'
import { policies } from '../policies/index.ts'
import { formatCount, formatValue } from '../report/figures.ts'
import { html } from './dom.ts'
import { setValue } from './edit.ts'
import type { RaceLine } from './engine.ts'
import type { Lane } from './engine-client.ts'
import { table } from './figures-view.ts'
import { createRaceChart } from './race-chart.ts'
import type { Store } from './store.ts'

const runners = ['belady-size', 'belady', 'w-tinylfu', 's3-fifo', 'sieve', 'arc', 'gdsf', 'lru', 'fifo', 'random']

/** Policies side by side on the same requests; Belady knows the future and shows what the others leave on the table. */
export function racePanel(store: Store, lane: Lane): HTMLElement {
  const lines = html('div', { class: 'race' })
  const note = html('p', { class: 'quiet', role: 'status' })
  const isOracle = (policy: string): boolean => policies.choose(policy).definition.needsFuture
  const chart = createRaceChart(isOracle)
  const start = html('button', { type: 'button', class: 'main' }, 'Start the race')
  let heat = 0

  const race = async (): Promise<void> => {
    const mine = ++heat
    const { text } = store.get()
    const done: RaceLine[] = []
    const failed: string[] = []
    for (const policy of runners.filter(name => policies.names.includes(name))) {
      note.textContent = `${policy} is running.`
      try {
        const { gift } = await lane.ask({ kind: 'race', text, policy })
        if (mine !== heat) return
        done.push(gift)
      } catch (error) {
        if (mine !== heat) return
        failed.push(`${policy}: ${error instanceof UserError ? error.mistakes[0]!.message : 'failed'}`)
      }
      lines.replaceChildren(...drawLines(done, store))
      chart.draw(done)
    }
    note.textContent = `Each ran on the same requests: a sample where they are many, cold start included. The dashed ones know the future; belady counts objects, belady-size weighs them.${failed.length > 0 ? ` Not in the race: ${failed.join('; ')}.` : ''}`
  }
  start.addEventListener('click', () => void race())
  store.watch((_state, isNewText) => {
    if (!isNewText || lines.childElementCount === 0) return
    heat++
    lane.stop()
    note.textContent = 'The scenario has changed since this race.'
  })
  return html(
    'div',
    {},
    html('p', {}, 'Which policy keeps the right objects? All get the same requests, the same PoPs and the same room.'),
    start,
    note,
    chart.element,
    lines,
  )
}

function drawLines(done: readonly RaceLine[], store: Store): HTMLElement[] {
  const order = [...done].sort((a, b) => b.hitRatio - a.hitRatio)
  const best = Math.max(1e-9, ...order.map(({ hitRatio }) => hitRatio))
  const bars = order.map(({ policy, hitRatio }) => {
    const bar = html('span', { class: 'fill' })
    bar.style.width = `${(100 * hitRatio) / best}%`
    const isOracle = policies.choose(policy).definition.needsFuture
    const use = isOracle
      ? null
      : html(
          'button',
          { type: 'button', onclick: () => store.edit(text => setValue(text, ['edge', 'policy'], policy)) },
          `Use ${policy}`,
        )
    return html(
      'li',
      { class: isOracle ? 'oracle' : '' },
      html('span', { class: 'name' }, policy),
      html('span', { class: 'bar' }, bar),
      html('strong', {}, formatValue(hitRatio, '%')),
      use,
    )
  })
  return [
    html('ol', { class: 'bars', 'aria-label': 'Hit ratio by policy' }, ...bars),
    table(
      'The race in figures',
      ['Policy', 'Hit ratio', 'Byte hit ratio', 'p95', 'Origin requests'],
      order.map(line => [
        line.policy,
        formatValue(line.hitRatio, '%'),
        formatValue(line.byteHitRatio, '%'),
        formatValue(line.p95Ms, 'ms'),
        formatCount(line.originRequests),
      ]),
    ),
  ]
}

import { formatBytes, formatDigits } from '../lib/quantity.ts'
import { UserError } from '../lib/user-error.ts'
import { formatCount } from '../report/figures.ts'
import type { Story } from '../sim/explain.ts'
import { clockText } from './clock-text.ts'
import { html } from './dom.ts'
import type { Lane } from './engine-client.ts'
import { table } from './figures-view.ts'
import type { Journey, JourneyWish } from './journey.ts'
import type { Store } from './store.ts'

/** One request, followed: its round trips on one scale with and without the CDN, and why it fared as it did. */
export function journeyPanel(store: Store, lane: Lane): HTMLElement {
  const shown = html('div', { class: 'journey', role: 'region', 'aria-label': 'The request', 'aria-live': 'polite' })
  const number = html('input', { type: 'number', min: 0, step: 1, value: 1000, id: 'request-number' })
  const follow = async (wish: JourneyWish): Promise<void> => {
    shown.replaceChildren(html('p', { class: 'quiet' }, 'The run is made again, up to that request.'))
    try {
      const { gift } = await lane.ask({ kind: 'journey', text: store.get().text, wish })
      shown.replaceChildren(...draw(gift))
    } catch (error) {
      const says =
        error instanceof UserError
          ? error.mistakes.map(({ message, hint }) => (hint ? `${message} (${hint})` : message)).join('; ')
          : String(error)
      shown.replaceChildren(html('p', { class: 'fault' }, says))
    }
  }
  const pick = (label: string, wish: () => JourneyWish): HTMLElement =>
    html('button', { type: 'button', onclick: () => void follow(wish()) }, label)
  return html(
    'div',
    {},
    html('p', {}, 'Follow one request through the network, round trip by round trip.'),
    html(
      'div',
      { class: 'pick' },
      pick('A miss', () => 'miss'),
      pick('A hit', () => 'hit'),
      pick('The slowest', () => 'slowest'),
      html('label', { for: 'request-number' }, 'or number'),
      number,
      pick('Follow', () => Math.max(0, Math.floor(Number(number.value) || 0))),
    ),
    shown,
  )
}

function draw({ story, why }: Journey): HTMLElement[] {
  const { request, atMs, place, object, route, fate, withCdn, direct, connection } = story
  const totals = [withCdn?.totalMs ?? 0, direct?.totalMs ?? 0]
  const scale = Math.max(1, ...totals)
  return [
    html('h3', {}, `Request ${formatCount(request)}: ${fate}`),
    html(
      'p',
      {},
      `At ${clockText(atMs)} of the run somebody in ${place.name}${place.cc ? `, ${place.cc}` : ''} (${connection.access}, ${connection.isNew ? 'a new connection' : 'an open connection'}) asks ${route?.pop ?? 'nobody'} for ${object.path}, ${formatBytes(object.bytes)}.`,
    ),
    waterfall('With the CDN', withCdn, scale),
    waterfall('Without', direct, scale),
    html('h3', {}, fate === 'hit' || fate === 'miss' ? `Why was this a ${fate}?` : `Why did it end as ${fate}?`),
    html('ul', {}, ...why.map(sentence => html('li', {}, sentence))),
    alternatives(story),
  ]
}

function waterfall(title: string, told: Story['withCdn'], scale: number): HTMLElement {
  if (told === null) return html('p', { class: 'fault' }, `${title}: no answer.`)
  let begun = 0
  const rows = told.steps.map(({ what, ms }) => {
    const bar = html('span', { class: `span ${kindOf(what)}` })
    bar.style.marginLeft = `${(100 * begun) / scale}%`
    bar.style.width = `max(2px, ${(100 * ms) / scale}%)`
    begun += ms
    return html(
      'li',
      {},
      html('span', { class: 'what' }, what),
      html('span', { class: 'track' }, bar),
      html('span', { class: 'ms' }, `${formatDigits(ms)} ms`),
    )
  })
  return html(
    'div',
    { class: 'waterfall' },
    html('h4', {}, `${title}: ${formatDigits(told.totalMs)} ms`),
    html('ol', {}, ...rows),
  )
}

/** Opening a connection, the request itself, or what happens behind the edge. */
function kindOf(what: string): string {
  if (/handshake|DNS/.test(what)) return 'setup'
  return what.startsWith('request') ? 'trip' : 'behind'
}

function alternatives({ alternatives: ways, route }: Story): HTMLElement {
  return table(
    'The nearest PoPs in time',
    ['PoP', 'Round trip', 'Distance'],
    ways.map(({ pop, rttMs, distanceKm }) => [
      pop === route?.pop ? `${pop} (taken)` : pop,
      `${formatDigits(rttMs)} ms`,
      `${formatCount(distanceKm)} km`,
    ]),
  )
}

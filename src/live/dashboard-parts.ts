import { formatBytes, formatDuration } from '../lib/quantity.ts'
import { cards } from '../report/html/cards.ts'
import { mapHtml, mapParts } from '../report/html/map.ts'
import type { Frame } from '../report/html/map-frame.ts'
import { reasons } from '../report/html/page.ts'
import { type Column, cityTable, count, ms, name, percent, sortable } from '../report/html/tables.ts'
import { timelineFigures } from '../report/html/timeline.ts'
import { inertHtml } from '../report/inert.ts'
import type { PopRow, RunResult } from '../stats/result.ts'
import type { OriginState } from './origin-server.ts'

/** What a picture of a running network is made of. */
export interface Picture {
  result: RunResult
  isAlive(pop: number): boolean
  /** Undefined where the origin is somebody else's. */
  origin: OriginState | undefined
  frame: Frame
  /** Real ms since the network was started, and when the timeline begins. */
  nowMs: number
  fromMs: number
}

const slowFactors = [1, 5, 20, 100]

/** The parts of the dashboard by the id of their element, as HTML; `places` is JSON for the map. */
export function dashboardParts(picture: Picture): Record<string, string> {
  const { result, origin, frame, nowMs, fromMs, isAlive } = picture
  const indexOf = new Map(result.pops.map((pop, index) => [pop, index]))
  const { layers, legend, places } = mapParts(result, frame, pop => !isAlive(indexOf.get(pop)!))
  const ago = (atMs: number): string => agoText(nowMs - fromMs - atMs)
  const down = result.pops.filter((_, index) => !isAlive(index)).length
  const facts = [
    `${result.pops.length} PoPs${down > 0 ? `, ${down} of them down` : ''}`,
    `running for ${formatDuration(nowMs)}`,
    originFact(origin),
  ]
  return {
    title: inertHtml(result.title),
    facts: facts.map(fact => `<span>${inertHtml(fact)}</span>`).join(' '),
    cards: cards(result),
    origin: originDesk(origin),
    layers,
    'map-legend': legend,
    places,
    timeline: timelineFigures(result, ago, false),
    pops: popDesk(result, isAlive),
    why: reasons(result),
    cities: cityTable({ ...result, cities: result.cities.filter(({ requests }) => requests > 0) }, false),
  }
}

/** The map with its coasts, into which the parts are put. */
export function dashboardMap(frame: Frame, land: string): string {
  return mapHtml(frame, land, {
    words: 'World map of the PoPs.',
    layers: '',
    legend: '',
    places: '{}',
    hasDetours: true,
  })
}

/** Minutes and seconds before now. */
function agoText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return seconds < 2 ? 'now' : `−${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

function originFact(origin: OriginState | undefined): string {
  if (origin === undefined) return 'the origin is yours'
  if (origin.isStopped) return 'the origin is stopped'
  return origin.slowFactor === 1 ? 'the origin answers' : `the origin is ${origin.slowFactor} times slower`
}

function button(label: string, path: string, body: object, more = ''): string {
  return `<button type="button" class="act" data-path="${path}" data-body="${inertHtml(JSON.stringify(body))}"${more}>${inertHtml(label)}</button>`
}

function originDesk(origin: OriginState | undefined): string {
  if (origin === undefined) return ''
  const { isStopped, slowFactor } = origin
  const speeds = slowFactors.map(slow =>
    button(
      slow === 1 ? 'usual speed' : `${slow} times slower`,
      '/origin',
      { slow },
      ` aria-pressed="${slow === slowFactor}"`,
    ),
  )
  const stop = isStopped
    ? button('Start it again', '/origin', { stop: false })
    : button('Stop it', '/origin', { stop: true })
  return `<fieldset><legend>The origin</legend>${stop} ${speeds.join(' ')}</fieldset>`
}

/** All PoPs with what they do and what can be done to them. */
function popDesk({ pops }: RunResult, isAlive: (pop: number) => boolean): string {
  const rows = pops.map((pop, index) => ({ ...pop, isUp: isAlive(index), index }))
  type Row = (typeof rows)[number]
  const columns: Column<Row>[] = [
    name(
      'PoP',
      ({ id, place, isEdge }) =>
        `${id}${place.name && place.name !== id ? ` ${place.name}` : ''}${isEdge ? '' : ' (tier)'}`,
    ),
    count('requests', ({ requests }) => requests),
    {
      title: 'state',
      of: ({ isUp }) => (isUp ? 'up' : 'down'),
      show: ({ isUp }) => (isUp ? '<span class="up">up</span>' : '<span class="gone">down</span>'),
    },
    percent('hit ratio, %', ({ hitRatio }) => hitRatio),
    ms('p50, ms', ({ p50Ms }: PopRow) => p50Ms),
    ms('p95, ms', ({ p95Ms }: PopRow) => p95Ms),
    { title: 'sent', of: ({ bytes }) => bytes, show: ({ bytes }) => formatBytes(bytes) },
    {
      title: 'held',
      of: ({ heldBytes }) => heldBytes,
      show: ({ heldBytes }) => formatBytes(heldBytes),
    },
    count('evictions', ({ evictions }) => evictions),
    count('errors', ({ errors }) => errors),
    {
      title: 'do',
      of: () => null,
      show: ({ id, isUp }) =>
        (isUp
          ? button('Cut', '/fail', { pop: id }, ` aria-label="Cut ${inertHtml(id)}"`)
          : button('Bring back', '/revive', { pop: id }, ` aria-label="Bring back ${inertHtml(id)}"`)) +
        button('Empty', '/purge', { all: true, pop: id }, ` aria-label="Empty ${inertHtml(id)}"`),
    },
  ]
  return sortable<Row>('PoPs', rows, columns, { hasCsv: false, keyOf: ({ index }) => `pop-${index}` })
}

import { formatBytes, formatDigits, formatDuration } from '../lib/quantity.ts'
import type { Step, Story } from '../sim/explain.ts'
import { formatCount } from './figures.ts'
import { inertStrings } from './inert.ts'
import { createInk, type Ink, pad, widthOf } from './ink.ts'
import type { TextOptions } from './text.ts'
import { wrap } from './wrap.ts'

const verdictTexts: Record<string, string> = {
  hit: 'a fresh copy was on the shelf',
  stale: 'a copy was there, no longer fresh: served at once, refreshed behind the visitor',
  expired: 'a copy was there, no longer fresh: the next tier is asked whether it still holds',
  miss: 'not on the shelf: the next tier is asked',
  join: 'not on the shelf, but on its way for another visitor',
  pass: 'must not be stored: the next tier is asked',
}

const reasonTexts: Record<string, string> = {
  cold: 'never asked for at this PoP',
  capacity: 'it had been here and was evicted',
  purge: 'it had been purged',
}

const labelWidth = 13

/** The story of one request in a terminal: who, what, where, why, and each round trip, with the CDN and without on one scale. */
export function explainText(from: Story, { width: given, colors }: Omit<TextOptions, 'land'>): string {
  const story = inertStrings(from)
  const width = Math.max(60, Math.min(given, 110))
  const ink = createInk(colors)
  const rows = storyRows(story).flatMap(([label, text]) =>
    wrap(text, width - labelWidth, '').map(
      (line, index) => `  ${ink.faint(pad(index === 0 ? label : '', labelWidth - 2))}${line}`,
    ),
  )
  return `${[ink.title(`Request ${formatCount(story.request)}`), ...rows, ...waterfall(story, width, ink)].join('\n')}\n`
}

function storyRows(story: Story): [string, string][] {
  const { object, place, connection, route, alternatives, hops, behavior, ttlMs } = story
  const way = ({ pop, distanceKm, rttMs }: Story['alternatives'][number]): string =>
    `${pop} (${formatDigits(distanceKm)} km, ${ms(rttMs)})`
  const rows: [string, string][] = [
    ['when', `${formatDuration(story.atMs)} after the beginning`],
    ['visitor', [place.name, place.cc].filter(Boolean).join(', ')],
    ['last mile', `${connection.access}: ${ms(connection.accessMs)}, and a jitter of ${ms(connection.jitterMs)}`],
    ['connection', connection.isNew ? `new, by ${connection.protocol}` : 'open already'],
    ['object', `${object.path}, ${formatBytes(object.bytes)}`],
    ['rule', `${behavior}: fresh for ${formatDuration(ttlMs)}`],
    ['route', route ? `${route.router} chose ${way(route)}` : 'no PoP is alive'],
  ]
  const others = alternatives.filter(({ pop }) => pop !== route?.pop)
  if (others.length > 0) rows.push(['others', others.map(way).join(', ')])
  if (route) rows.push(['verdict', verdictText(story)])
  for (const { at, verdict, askedMs, answeredMs, status } of hops)
    rows.push([
      'behind it',
      `${at} is asked after ${ms(askedMs)}: ${verdict}; it answers (${status}) after ${ms(answeredMs)}`,
    ])
  return [...rows, ['outcome', story.fate]]
}

function verdictText({ verdict, reason, ageMs }: Story): string {
  const why = reasonTexts[reason]
  return [
    `${verdict}: ${verdictTexts[verdict] ?? ''}`,
    ...(why ? [why] : []),
    ...(ageMs === null ? [] : [`the copy is ${formatDuration(ageMs)} old`]),
  ].join('; ')
}

/** Each part of the time as a bar from where it begins to where it ends. */
function waterfall({ withCdn, direct, savedMs }: Story, width: number, ink: Ink): string[] {
  const sides = [
    { title: 'With the CDN', side: withCdn, color: ink.first },
    { title: 'Without it, straight to the origin', side: direct, color: ink.second },
  ].filter((entry): entry is typeof entry & { side: { steps: Step[]; totalMs: number } } => entry.side !== null)
  const longestMs = Math.max(...sides.map(({ side }) => side.totalMs), 1e-9)
  const labels = Math.min(30, Math.max(0, ...sides.flatMap(({ side }) => side.steps.map(({ what }) => widthOf(what)))))
  const room = width - labels - 16
  const lines = sides.flatMap(({ title, side, color }) => {
    let beginMs = 0
    const bars = side.steps.map(({ what, ms: lengthMs }) => {
      const from = Math.min(room - 1, Math.round((beginMs / longestMs) * room))
      beginMs += lengthMs
      const bar = '█'.repeat(Math.max(1, Math.round((beginMs / longestMs) * room) - from))
      return `  ${pad(what, labels)}  ${pad(ms(lengthMs), 9, 'right')}  ${' '.repeat(from)}${color(bar)}`
    })
    return ['', ink.title(title), ...bars, `  ${pad('together', labels)}  ${pad(ms(side.totalMs), 9, 'right')}`]
  })
  if (savedMs === null) return lines
  const verb = savedMs >= 0 ? 'The CDN saves' : 'The CDN costs'
  return [...lines, '', ink.strong(`${verb} ${ms(Math.abs(savedMs))}`)]
}

function ms(value: number): string {
  return `${formatDigits(value)} ms`
}

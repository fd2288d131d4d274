import { formatBytes, formatDigits, formatDuration } from '../lib/quantity.ts'
import { UserError } from '../lib/user-error.ts'
import { explainRequest, type Step, type Story } from '../sim/explain.ts'
import type { ExplainOptions } from './explain.ts'
import { harmless } from './failures.ts'
import { loadPlan } from './load-plan.ts'
import { createProgress, writeOut } from './terminal.ts'
import { openTraceSource } from './trace-source.ts'
import { printWarnings } from './warnings.ts'

/** Prints the story of one request of a scenario. Throws UserError. */
export async function explainScenario(name: string, options: ExplainOptions): Promise<void> {
  const request = Number(options.request)
  if (!/^\d+$/.test(options.request) || !Number.isSafeInteger(request))
    throw new UserError({ message: `--request ${options.request}: a request is a whole number, from 0` })
  const { plan, atlas, warnings, tracePath } = await loadPlan(name, options)
  printWarnings(warnings)
  const trace = tracePath === undefined ? null : await openTraceSource(plan, tracePath)
  const progress = await createProgress('running up to it', 1, options)
  let story: Story
  try {
    story = explainRequest(plan, atlas, request, trace, (done, expected) => progress.update(done / expected))
  } finally {
    progress.stop()
  }
  await writeOut(options.json ? `${JSON.stringify(story, null, 2)}\n` : harmless(storyText(story)))
}

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

/** The story of a request for people: what, where, why, and each sum with its parts. */
export function storyText(story: Story): string {
  const { object, place, connection, route, hops, withCdn, direct, savedMs } = story
  const rows: [string, string][] = [
    ['when', `${formatDuration(story.atMs)} after the beginning`],
    ['visitor', [place.name, place.cc].filter(Boolean).join(', ')],
    ['last mile', `${connection.access}, ${ms(connection.accessMs)} and a jitter of ${ms(connection.jitterMs)}`],
    ['connection', connection.isNew ? `new, by ${connection.protocol}` : 'open already'],
    ['object', `${object.path}, ${formatBytes(object.bytes)}`],
    ['rule', `${story.behavior}: fresh for ${formatDuration(story.ttlMs)}`],
    ...routeRows(story),
  ]
  if (route) {
    const why = reasonTexts[story.reason]
    const age = story.ageMs === null ? '' : `; the copy is ${formatDuration(story.ageMs)} old`
    rows.push(['verdict', `${story.verdict}: ${verdictTexts[story.verdict] ?? ''}${why ? `, ${why}` : ''}${age}`])
  }
  for (const { at, verdict, askedMs, answeredMs, status } of hops)
    rows.push([
      'behind',
      `${at} is asked after ${ms(askedMs)}: ${verdict}; its answer (${status}) after ${ms(answeredMs)}`,
    ])
  rows.push(['outcome', story.fate])
  const lines = rows.map(([name, text]) => `  ${name.padEnd(11)}${text}`)
  if (withCdn) lines.push('', ...stepLines('With the CDN', withCdn))
  if (direct) lines.push('', ...stepLines('Without it', direct))
  if (savedMs !== null) lines.push('', `Saved ${ms(savedMs)}`)
  return `Request ${story.request}\n${lines.join('\n')}\n`
}

function routeRows({ route, alternatives }: Story): [string, string][] {
  if (!route) return [['route', 'no PoP is alive']]
  const way = ({ pop, distanceKm, rttMs }: Story['alternatives'][number]): string =>
    `${pop} (${formatDigits(distanceKm)} km, ${ms(rttMs)})`
  const others = alternatives.filter(({ pop }) => pop !== route.pop).map(way)
  return [
    ['route', `${route.router} -> ${way(route)}`],
    ...(others.length > 0 ? [['fastest', `others: ${others.join(', ')}`] as [string, string]] : []),
  ]
}

/** A waterfall: each part of a time with a bar on one scale. */
function stepLines(title: string, { steps, totalMs }: { steps: Step[]; totalMs: number }): string[] {
  const width = Math.max(...steps.map(({ what }) => what.length))
  const scale = 40 / Math.max(totalMs, 1e-9)
  let begin = 0
  const lines = steps.map(({ what, ms: length }) => {
    const from = Math.round(begin * scale)
    begin += length
    const bar = `${' '.repeat(from)}${'█'.repeat(Math.max(1, Math.round(begin * scale) - from))}`
    return `  ${what.padEnd(width)}  ${ms(length).padStart(8)}  ${bar}`
  })
  return [title, ...lines, `  ${'together'.padEnd(width)}  ${ms(totalMs).padStart(8)}`]
}

function ms(value: number): string {
  return `${formatDigits(value)} ms`
}

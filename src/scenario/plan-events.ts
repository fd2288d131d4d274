import { nameHint } from '../lib/nearest-name.ts'
import type { Findings } from './findings.ts'
import type { BackendsPlan, BehaviorPlan, EventPlan, PopPlan, TrafficPlan, VisitorsPlan } from './plan.ts'
import type { Scenario } from './schema.ts'
import type { Path } from './written.ts'

/** Events in order of time; `for` becomes a second event that undoes the first. */
export function planEvents(
  scenario: Scenario,
  pops: readonly PopPlan[],
  visitors: VisitorsPlan,
  traffic: TrafficPlan,
  findings: Findings,
): EventPlan[] {
  const endMs = endOf(traffic)
  const events: EventPlan[] = []
  const popAt = (id: string, path: Path): number => {
    const pop = pops.findIndex(each => each.id === id)
    if (pop < 0)
      findings.mistake(
        path,
        `unknown PoP "${id}"`,
        nameHint(
          id,
          pops.map(each => each.id),
        ),
      )
    return pop
  }
  for (const [row, event] of scenario.events.entries()) {
    const path = ['events', row]
    const atMs = event.at
    if (atMs >= endMs) findings.warn([...path, 'at'], `the run has ended by then`)
    const undoneMs = 'for' in event && event.for !== undefined ? atMs + event.for : undefined
    switch (event.type) {
      case 'pop-down':
      case 'pop-up': {
        const pop = popAt(event.pop, [...path, 'pop'])
        events.push({ atMs, type: event.type, pop })
        if (undoneMs !== undefined) events.push({ atMs: undoneMs, type: 'pop-up', pop })
        break
      }
      case 'origin-down':
        events.push({ atMs, type: event.type })
        if (undoneMs !== undefined) events.push({ atMs: undoneMs, type: 'origin-up' })
        break
      case 'origin-up':
        events.push({ atMs, type: event.type })
        break
      case 'origin-slow':
        events.push({ atMs, type: event.type, factor: event.factor })
        if (undoneMs !== undefined) events.push({ atMs: undoneMs, type: 'origin-slow', factor: 1 })
        break
      case 'purge':
        events.push({ atMs, type: event.type, path: event.path, soft: event.soft })
        break
      case 'flash-crowd': {
        const { factor, object, share, place } = event
        checkCrowd(place, object, path, visitors, traffic, findings)
        events.push({ atMs, type: event.type, untilMs: undoneMs!, factor, object, share, place })
      }
    }
  }
  return events.sort((a, b) => a.atMs - b.atMs)
}

function checkCrowd(
  place: string,
  object: number,
  path: Path,
  visitors: VisitorsPlan,
  traffic: TrafficPlan,
  findings: Findings,
): void {
  const names = new Set(visitors.places.flatMap(({ name, cc }) => [name ?? '', cc ?? '']))
  if (place !== '' && !names.has(place))
    findings.mistake([...path, 'place'], `no visitors are at "${place}"`, nameHint(place, names))
  if (traffic.kind === 'trace')
    findings.mistake(path, 'a trace has its own crowds', 'flash-crowd needs synthetic traffic')
  else if (object >= traffic.objects)
    findings.mistake([...path, 'object'], `there are only ${traffic.objects} objects, counted from 0`)
}

function endOf(traffic: TrafficPlan): number {
  if (traffic.kind === 'trace') return Number.POSITIVE_INFINITY
  return Math.min(traffic.durationMs, (traffic.requests / traffic.ratePerSecond) * 1000)
}

/** The rules in order; the last one matches everything that none before did. */
export function planBehaviors(
  scenario: Scenario,
  traffic: TrafficPlan,
  backends: BackendsPlan | null,
  findings: Findings,
): BehaviorPlan[] {
  const classNames = traffic.kind === 'trace' ? [] : traffic.classes.map(({ name }) => name)
  const behaviors: BehaviorPlan[] = []
  let isComplete = false
  const ofOrigin = (row: number): number =>
    backends?.origins[backends.rules[row]!.origin]?.maxAgeMs ?? everythingElse.ttlMs
  for (const [row, { path, class: className = '', cache }] of scenario.behaviors.entries()) {
    if (className !== '' && !classNames.includes(className))
      findings.mistake(['behaviors', row, 'class'], `unknown class "${className}"`, nameHint(className, classNames))
    if (isComplete) findings.warn(['behaviors', row], 'a rule before this one already matches everything')
    isComplete ||= path === '*' && className === ''
    behaviors.push({
      label: [className, path === '*' && className !== '' ? '' : path].filter(Boolean).join(' '),
      path,
      className,
      ttlMs: cache.ttl === 'origin' ? ofOrigin(row) : cache.ttl,
      staleWhileRevalidateMs: cache.staleWhileRevalidate,
      staleIfErrorMs: cache.staleIfError,
      // What a function answers without saying how long it holds is kept by nobody.
      uncacheable: cache.ttl === 'origin' && ofOrigin(row) === 0 ? 1 : cache.uncacheable,
      changed: cache.changed,
    })
  }
  return isComplete ? behaviors : [...behaviors, { ...everythingElse, ttlMs: ofOrigin(behaviors.length) }]
}

const everythingElse: BehaviorPlan = {
  label: '*',
  path: '*',
  className: '',
  ttlMs: 864e5,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
  uncacheable: 0,
  changed: 0,
}

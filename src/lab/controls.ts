import type { Place } from '../geo/place.ts'
import { handshakeRounds } from '../geo/request-time.ts'
import { routers } from '../geo/routers/index.ts'
import { formatBytes, formatDuration } from '../lib/quantity.ts'
import type { Spec } from '../lib/registry.ts'
import { policies } from '../policies/index.ts'
import { formatCount } from '../report/figures.ts'
import type { Plan } from '../scenario/plan.ts'
import { type Control, choice, type Option, slider } from './control-kinds.ts'
import { byId, html } from './dom.ts'
import { edgesOf, removeValue, setTtl, setValue } from './edit.ts'
import { addPopControl, popMapControl, shieldControl } from './pop-controls.ts'
import type { Store } from './store.ts'

const accessMixes: readonly { title: string; mix: Record<string, number> | null }[] = [
  { title: 'A mix of all', mix: null },
  { title: 'Fibre at home', mix: { fibre: 1 } },
  { title: 'Cable', mix: { cable: 1 } },
  { title: 'Home Wi-Fi', mix: { 'wifi-home': 1 } },
  { title: 'Mobile, LTE', mix: { lte: 1 } },
]

/** Fills the panel of controls. Each reads the plan and writes into the scenario's text. */
export function createControls(store: Store): void {
  const { atlas } = store
  const set = (path: (string | number)[], value: unknown, group?: string): void =>
    store.edit(text => setValue(text, path, value), group)
  const regions = atlas.regions.map(({ code, name, provider }) => ({
    value: code,
    title: `${name} (${provider} ${code})`,
  }))
  const groups: [string, Control[]][] = [
    ['PoPs', [popMapControl(store), addPopControl(store)]],
    [
      'Each PoP',
      [
        slider(
          'Room for copies',
          { from: 1e6, to: 2e11, group: 'capacity' },
          {
            read: plan => edgesOf(plan)[0]!.capacityBytes,
            say: formatBytes,
            write: bytes => set(['edge', 'capacity'], Math.round(bytes), 'capacity'),
          },
        ),
        choice('Who leaves when it is full', choicesOf(policies.entries), {
          read: plan => nameOf(edgesOf(plan)[0]!.policy),
          write: name => set(['edge', 'policy'], name),
        }),
        slider(
          'Copies stay fresh for',
          { from: 1e3, to: 30 * 864e5, group: 'ttl' },
          {
            read: plan => plan.behaviors.at(-1)!.ttlMs,
            say: formatDuration,
            write: ms => store.edit(text => setTtl(text, `${Math.round(ms / 1000)}s`), 'ttl'),
          },
        ),
        shieldControl(store),
      ],
    ],
    [
      'What is asked for',
      [
        slider(
          'Popularity: how uneven',
          { from: 0.3, to: 1.5, group: 'alpha', linear: true },
          {
            read: plan => alphaOf(plan) ?? Number.NaN,
            say: alpha => `Zipf ${alpha.toFixed(2)}`,
            write: alpha => set(['traffic', 'popularity'], `zipf:alpha=${alpha.toFixed(2)}`, 'alpha'),
          },
        ),
        slider(
          'Different objects',
          { from: 1e3, to: 1e6, group: 'objects' },
          {
            read: ({ traffic }) => (traffic.kind === 'synthetic' ? traffic.objects : Number.NaN),
            say: formatCount,
            write: count => set(['traffic', 'objects'], round2(count), 'objects'),
          },
        ),
        slider(
          'Requests',
          { from: 1e4, to: 3e6, group: 'requests' },
          {
            read: requestsOf,
            say: formatCount,
            write: count => set(['traffic', 'requests'], round2(count), 'requests'),
          },
        ),
      ],
    ],
    [
      'The way there',
      [
        choice('Router', choicesOf(routers.entries), {
          read: plan => nameOf(plan.router),
          write: name => set(['router'], name),
        }),
        choice(
          'Connection',
          Object.keys(handshakeRounds)
            .filter(name => name !== 'reused')
            .map(protocolChoice),
          {
            read: plan => plan.network.protocol,
            write: name => set(['latency', 'protocol'], name),
          },
        ),
        choice(
          'Last mile',
          accessMixes.map(({ title }, index) => ({ value: String(index), title })),
          {
            read: plan => String(mixOf(plan)),
            write: index => {
              const { mix } = accessMixes[Number(index)]!
              if (mix === null) store.edit(text => removeValue(text, ['visitors', 'access']))
              else set(['visitors', 'access'], mix)
            },
          },
        ),
        choice('The origin stands in', regions, {
          read: plan => regionCode(store, plan.origin.place),
          write: code => set(['origin', 'at'], code),
        }),
      ],
    ],
  ]
  const controls = groups.flatMap(([, list]) => list)
  byId('controls').replaceChildren(
    ...groups.map(([title, list]) =>
      html('fieldset', {}, html('legend', {}, title), ...list.map(({ element }) => element)),
    ),
  )
  const follow = (): void => {
    const { plan } = store.get()
    for (const control of controls) control.follow(plan)
  }
  store.watch((_state, isNewText) => {
    if (isNewText) follow()
  })
  follow()
}

function choicesOf(entries: readonly { name: string; title: string }[]): Option[] {
  return entries.map(({ name, title }) => ({ value: name, title: `${name}: ${title}` }))
}

function protocolChoice(name: string): Option {
  const rounds = handshakeRounds[name as keyof typeof handshakeRounds]
  return { value: name, title: `${name}: ${rounds} round trip${rounds === 1 ? '' : 's'} to open` }
}

function nameOf(spec: Spec): string {
  return typeof spec === 'string' ? spec.split(':')[0]! : spec.name
}

function alphaOf({ traffic }: Plan): number | undefined {
  if (traffic.kind !== 'synthetic') return undefined
  const { popularity } = traffic
  if (typeof popularity === 'string') return popularity === 'zipf' ? 0.9 : undefined
  return popularity.name === 'zipf' ? Number(popularity.alpha ?? 0.9) : undefined
}

function requestsOf({ traffic }: Plan): number {
  if (traffic.kind === 'trace') return Number.NaN
  return Math.min(traffic.requests, (traffic.ratePerSecond * traffic.durationMs) / 1000)
}

function mixOf({ visitors }: Plan): number {
  const names = Object.keys(visitors.access)
  return Math.max(
    0,
    accessMixes.findIndex(({ mix }) => mix !== null && names.length === 1 && names[0]! in mix),
  )
}

function regionCode(store: Store, { lat, lon }: Place): string {
  const near = store.atlas.regions.find(region => Math.hypot(region.lat - lat, region.lon - lon) < 0.01)
  return near?.code ?? ''
}

/** Two significant digits: what a slider can mean. */
function round2(value: number): number {
  return Number(value.toPrecision(2))
}

import type { Mode } from '../cache/http/freshness.ts'
import type { Atlas } from '../geo/atlas.ts'
import type { Ms } from '../lib/clock.ts'
import { UserError } from '../lib/user-error.ts'
import { createGeometry } from '../scenario/geometry.ts'
import type { Plan, PopPlan } from '../scenario/plan.ts'
import type { Manifest } from '../stats/result.ts'
import type { LiveBackends } from './backends.ts'
import { createBehaviorFinder } from './behaviors.ts'
import { createControl } from './control.ts'
import { createDashboard } from './dashboard.ts'
import type { EdgeCode } from './edge-code.ts'
import type { Answered } from './exchange.ts'
import { createFrontDoor, type FrontDoorOptions } from './front-door.ts'
import { createHookedUpstream } from './hooked-upstream.ts'
import { createLocator, type FindAddress } from './locate.ts'
import { createObserver, type Observer } from './observer.ts'
import { createChosenUpstream, type PathRules } from './origin-choice.ts'
import { createOriginHandler, type OriginState } from './origin-server.ts'
import { LivePop } from './pop.ts'
import { defaultPopOptions, type LivePopOptions, popNameOf } from './pop-options.ts'
import { type LiveServer, listen, type Speech } from './pop-server.ts'
import { refuse } from './refuse.ts'
import { createSwitchedUpstream, createUpstream, defaultUpstreamOptions, type Upstream } from './upstream.ts'

export interface NetworkOptions {
  plan: Plan
  atlas: Atlas
  /** Somebody else's origin; undefined: the built-in one, or what stands behind. */
  origin: URL | undefined
  /** The systems behind the PoPs, running, and the code that PoPs run; undefined for one plain origin. */
  behind?: Behind | undefined
  mode: Mode
  /** Address that all ports are on. */
  host: string
  /** The front door's port; PoPs listen from `popPort` on, the control API on `controlPort`. 0: any free ones. */
  port: number
  popPort: number
  controlPort: number
  manner: FrontDoorOptions['manner']
  timeScale: number
  /** True: the client's Host goes on to the origin and is part of the key. */
  keepsHost: boolean
  token: string
  /** What the front door and the edges speak to visitors. */
  speech?: Speech
  findAddress?: FindAddress
  onAnswered?(pop: string, answered: Answered): void
  /** The scenario as it was written and what it came from, for the dashboard's report. */
  scenario?: string
  manifest?: Manifest
  now(): Ms
}

/** What stands behind the PoPs and what runs on them. */
export interface Behind {
  backends: LiveBackends
  rules: PathRules
  /** Undefined where there are no hooks. */
  code: EdgeCode | undefined
}

export interface RunningNetwork {
  door: LiveServer
  control: LiveServer
  pops: { id: string; pop: LivePop; live: LiveServer; isEdge: boolean }[]
  origin: { url: URL; state: OriginState | undefined }
  alive: Uint8Array
  close(isHard?: boolean): Promise<void>
}

/** Starts a scenario's whole network: origin, shields, edges, front door and control API. Throws UserError; then nothing is left open. */
export async function startNetwork(options: NetworkOptions): Promise<RunningNetwork> {
  const { plan, atlas, host, now, speech = {} } = options
  const geometry = createGeometry(plan, atlas)
  const alive = new Uint8Array(plan.pops.length).fill(1)
  const opened: { close(isHard?: boolean): Promise<void> }[] = []
  let observer: Observer | undefined
  try {
    const origin = await startOrigin(options, opened)
    const pops: RunningNetwork['pops'] = new Array(plan.pops.length)
    // Parents first: a child must know where its parent listens.
    for (const index of parentsFirst(plan.pops)) {
      const popPlan = plan.pops[index]!
      const roundTrip = (legMs: Ms): Ms => 2 * legMs * options.timeScale
      const toOrigin = openOrigins(index, origin.url, roundTrip)
      const parent = popPlan.parent < 0 ? undefined : pops[popPlan.parent]!
      const upstream =
        parent === undefined
          ? toOrigin
          : createSwitchedUpstream(
              open(new URL(parent.live.url), roundTrip(geometry.parentLegs[index]!.oneWayMs)),
              toOrigin,
              () => alive[popPlan.parent] === 1,
            )
      pops[index] = await startOne(options, popPlan, index, origin.url, upstream)
      opened.push(pops[index].live)
    }
    const edges = pops.filter(({ isEdge }) => isEdge).map(({ id, live }) => ({ id, ...live }))
    const locate = createLocator(plan, atlas, alive.subarray(0, edges.length), options.findAddress)
    const door = await listen(createFrontDoor({ ...options, locate, edges }), { host, port: options.port, speech })
    opened.push(door)
    const isLoopback = isLoopbackHost(host)
    const originRequests = (): number => origin.state?.requests ?? asksOfTop(plan, pops)
    const startedAt = performance.now()
    const watching = { alive, now: () => performance.now() - startedAt }
    const { timeScale, manifest, scenario = '' } = options
    observer = createObserver({ ...watching, plan, geometry, pops, timeScale, originRequests, manifest })
    const dashboard = createDashboard({ ...watching, observer, origin: origin.state, scenario })
    opened.push(dashboard)
    const handle = createControl({
      dashboard,
      pops,
      alive,
      originRequests,
      token: options.token,
      isLoopback,
      origin: origin.state,
    })
    const control = await listen(handle, { host, port: options.controlPort })
    opened.push(control)
    options.behind?.backends.onCreated(path => {
      for (const { pop } of pops) pop.purge({ kind: 'path', path })
    })
    return { door, control, pops, origin, alive, close: isHard => closeAll(opened, isHard) }
  } catch (error) {
    await closeAll(opened, true)
    throw error
  }

  /** The way from a PoP to the origin, or to that of a request's path. */
  function openOrigins(index: number, url: URL, roundTrip: (legMs: Ms) => Ms): Upstream {
    const { behind } = options
    if (behind === undefined || behind.backends.origins.length === 0)
      return open(url, roundTrip(geometry.originLegs[index]!.oneWayMs))
    const { origins } = behind.backends
    const upstreams = origins.map((each, number) =>
      open(each, roundTrip(geometry.named[number]!.legs[index]!.oneWayMs)),
    )
    const chosen = createChosenUpstream(upstreams, behind.rules)
    return behind.code === undefined ? chosen : createHookedUpstream(chosen, behind.code)
  }

  function open(url: URL, roundTripMs: Ms): Upstream {
    const headTimeoutMs = Math.max(plan.network.timeoutMs, 1000)
    const upstream = createUpstream({ ...defaultUpstreamOptions, origin: url, roundTripMs, headTimeoutMs })
    opened.push(upstream)
    return upstream
  }

  async function startOne(
    { popPort, mode, keepsHost, speech = {} }: NetworkOptions,
    popPlan: PopPlan,
    index: number,
    originUrl: URL,
    upstream: Upstream,
  ): Promise<RunningNetwork['pops'][number]> {
    const { id, isEdge, capacityBytes, policy, admission, collapse, parent } = popPlan
    const pop = new LivePop(
      {
        ...defaultPopOptions(capacityBytes),
        name: popNameOf(id),
        mode,
        role: isEdge ? 'edge' : 'shield',
        upstreamRole: parent < 0 ? 'origin' : 'shield',
        policy,
        admission,
        seed: plan.seed,
        host: keepsHost ? undefined : originUrl.host,
        fallbackHost: originUrl.host,
        collapses: collapse,
        forcedFreshness: mode === 'cdn' && options.origin !== undefined ? forcedBy(plan) : undefined,
        ...(options.behind === undefined ? {} : popOptionsOf(options.behind, isEdge)),
        now,
      },
      upstream,
    )
    pop.listen(answered => {
      observer?.answered(index, answered)
      options.onAnswered?.(id, answered)
    })
    const live = await listen(
      (request, response) => {
        // A PoP that is down answers nobody.
        if (alive[index] === 0) request.socket.destroy()
        else pop.handle(request, response)
      },
      {
        host,
        port: popPort === 0 ? 0 : popPort + index,
        // Behind a door that asks for its visitors an edge needs no TLS, nor does a shield, which other PoPs ask.
        speech: isEdge ? (options.manner === 'proxy' ? { ...speech, tls: undefined } : speech) : {},
        onSlowClient: () => pop.counters.slowClients++,
        onBadRequest: () => pop.countBadRequest(),
      },
    )
    return { id, pop, live, isEdge }
  }
}

/** True for addresses that only this machine can reach. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}

/** What a PoP is told of the systems behind: edges run the hooks of visitors, and name the traces. */
function popOptionsOf({ rules, code }: Behind, isEdge: boolean): Partial<LivePopOptions> {
  const { keyPath, forcedFreshness } = rules
  return { keyPath, forcedFreshness, edgeCode: isEdge ? code : undefined, beginsTraces: isEdge }
}

async function startOrigin(
  { plan, origin, timeScale, now, behind }: NetworkOptions,
  opened: { close(isHard?: boolean): Promise<void> }[],
): Promise<RunningNetwork['origin']> {
  if (origin !== undefined) return { url: origin, state: undefined }
  const [first] = behind?.backends.origins ?? []
  if (behind !== undefined && first !== undefined) return { url: first, state: behind.backends.state }
  const state: OriginState = { isStopped: false, slowFactor: 1, requests: 0 }
  const { behaviors } = plan
  const handler = createOriginHandler({ behaviors, thinkMs: plan.origin.thinkMs * timeScale, now }, state)
  const live = await listen(
    (request, response) => {
      if (request.method === undefined) refuse(response, 400, 'no method')
      else handler(request, response)
    },
    { host: '127.0.0.1', port: 0 },
  )
  opened.push(live)
  return { url: new URL(live.url), state }
}

/** What the behaviours that name paths set, for an origin that knows nothing of the scenario. */
function forcedBy({ behaviors }: Plan): LivePop['options']['forcedFreshness'] {
  return createBehaviorFinder(behaviors.filter(({ path }) => path !== '*' && path !== '/*'))
}

/** What the PoPs that ask an origin of somebody else have asked it. */
function asksOfTop({ pops: plans }: Plan, pops: RunningNetwork['pops']): number {
  return pops.reduce((sum, { pop }, index) => sum + (plans[index]!.parent < 0 ? pop.counters.upstreamRequests : 0), 0)
}

function parentsFirst(pops: readonly PopPlan[]): number[] {
  const order: number[] = []
  const depthOf = (pop: number): number => {
    let depth = 0
    for (let at = pops[pop]!.parent; at >= 0; at = pops[at]!.parent)
      if (++depth > pops.length) throw new UserError('PoPs are their own parents in a circle')
    return depth
  }
  const depths = pops.map((_, pop) => depthOf(pop))
  for (const [pop] of pops.entries()) order.push(pop)
  return order.sort((a, b) => depths[a]! - depths[b]!)
}

async function closeAll(opened: { close(isHard?: boolean): Promise<void> }[], isHard = false): Promise<void> {
  await Promise.all(
    opened
      .splice(0)
      .reverse()
      .map(one => one.close(isHard)),
  )
}

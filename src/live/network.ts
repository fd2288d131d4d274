import type { Mode } from '../cache/http/freshness.ts'
import type { Atlas } from '../geo/atlas.ts'
import type { Ms } from '../lib/clock.ts'
import { createGeometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import type { Manifest } from '../stats/result.ts'
import type { LiveBackends } from './backends.ts'
import { createControl } from './control.ts'
import { createDashboard } from './dashboard.ts'
import type { EdgeCode } from './edge-code.ts'
import type { Answered } from './exchange.ts'
import { createFrontDoor, type FrontDoorOptions } from './front-door.ts'
import { createLocator, type FindAddress } from './locate.ts'
import { startPops } from './network-pops.ts'
import { createObserver } from './observer.ts'
import type { PathRules } from './origin-choice.ts'
import { createOriginHandler, type OriginState } from './origin-server.ts'
import type { LivePop } from './pop.ts'
import { type LiveServer, listen, type Speech } from './pop-server.ts'
import { refuse } from './refuse.ts'

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

/** Something that was opened and must be closed again. */
export interface Opened {
  close(isHard?: boolean): Promise<void>
}

/** Starts a scenario's whole network: origin, shields, edges, front door and control API. Throws UserError; then nothing is left open. */
export async function startNetwork(options: NetworkOptions): Promise<RunningNetwork> {
  const { plan, atlas, host, timeScale, speech = {}, manifest } = options
  const geometry = createGeometry(plan, atlas)
  const alive = new Uint8Array(plan.pops.length).fill(1)
  const opened: Opened[] = []
  try {
    const origin = await startOrigin(options, opened)
    const pops: RunningNetwork['pops'] = []
    const originRequests = (): number => origin.state?.requests ?? asksOfTop(plan, pops)
    const startedAt = performance.now()
    const watching = { alive, now: () => performance.now() - startedAt }
    const observer = createObserver({ ...watching, plan, geometry, pops, timeScale, originRequests, manifest })
    await startPops({ ...options, geometry, alive, originUrl: origin.url, observer }, pops, opened)
    const edges = pops.filter(({ isEdge }) => isEdge).map(({ id, live }) => ({ id, ...live }))
    const locate = createLocator(plan, atlas, alive.subarray(0, edges.length), options.findAddress)
    const door = await listen(createFrontDoor({ ...options, locate, edges }), { host, port: options.port, speech })
    opened.push(door)
    const { scenario = '', token, controlPort } = options
    const dashboard = createDashboard({ ...watching, observer, origin: origin.state, scenario })
    opened.push(dashboard)
    const isLoopback = isLoopbackHost(host)
    const handle = createControl({ dashboard, pops, alive, originRequests, token, isLoopback, origin: origin.state })
    const control = await listen(handle, { host, port: controlPort })
    opened.push(control)
    options.behind?.backends.onCreated(path => {
      for (const { pop } of pops) pop.purge({ kind: 'path', path })
    })
    return { door, control, pops, origin, alive, close: isHard => closeAll(opened, isHard) }
  } catch (error) {
    await closeAll(opened, true)
    throw error
  }
}

/** True for addresses that only this machine can reach. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}

async function startOrigin(
  { plan, origin, timeScale, now, behind }: NetworkOptions,
  opened: Opened[],
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

/** What the PoPs that ask an origin of somebody else have asked it. */
function asksOfTop({ pops: plans }: Plan, pops: RunningNetwork['pops']): number {
  return pops.reduce((sum, { pop }, index) => sum + (plans[index]!.parent < 0 ? pop.counters.upstreamRequests : 0), 0)
}

async function closeAll(opened: Opened[], isHard = false): Promise<void> {
  await Promise.all(
    opened
      .splice(0)
      .reverse()
      .map(one => one.close(isHard)),
  )
}

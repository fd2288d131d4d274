import { UserError } from '../lib/user-error.ts'
import type { Plan, PopPlan } from '../scenario/plan.ts'
import { createBehaviorFinder } from './behaviors.ts'
import type { Behind, NetworkOptions, Opened, RunningNetwork } from './network.ts'
import type { Observer } from './observer.ts'
import { LivePop } from './pop.ts'
import { defaultPopOptions, type LivePopOptions, popNameOf } from './pop-options.ts'
import { listen } from './pop-server.ts'
import type { Upstream } from './upstream.ts'
import { createWaysUp, type WaysUpOptions } from './ways-up.ts'

export interface PopsOptions extends NetworkOptions, WaysUpOptions {
  observer: Observer
}

/** Starts all PoPs of a network and puts them into `pops` in the order of the plan. What is opened goes into `opened`. */
export async function startPops(options: PopsOptions, pops: RunningNetwork['pops'], opened: Opened[]): Promise<void> {
  const wayUp = createWaysUp(options, pops, opened)
  // A child must know where its parent listens.
  for (const index of parentsFirst(options.plan.pops)) {
    pops[index] = await startPop(options, index, wayUp(index))
    opened.push(pops[index].live)
  }
}

async function startPop(
  options: PopsOptions,
  index: number,
  upstream: Upstream,
): Promise<RunningNetwork['pops'][number]> {
  const { plan, host, popPort, manner, speech = {}, alive, observer, onAnswered } = options
  const { id, isEdge } = plan.pops[index]!
  const pop = new LivePop(popOptionsOf(options, plan.pops[index]!), upstream)
  pop.listen(answered => {
    observer.answered(index, answered)
    onAnswered?.(id, answered)
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
      speech: isEdge ? (manner === 'proxy' ? { ...speech, tls: undefined } : speech) : {},
      onSlowClient: () => pop.counters.slowClients++,
      onBadRequest: () => pop.countBadRequest(),
    },
  )
  return { id, pop, live, isEdge }
}

function popOptionsOf(
  { plan, origin, originUrl, mode, keepsHost, behind, now }: PopsOptions,
  { id, isEdge, capacityBytes, policy, admission, collapse, parent }: PopPlan,
): LivePopOptions {
  return {
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
    forcedFreshness: mode === 'cdn' && origin !== undefined ? forcedBy(plan) : undefined,
    ...(behind === undefined ? {} : behindOptionsOf(behind, isEdge)),
    now,
  }
}

/** What a PoP is told of the systems behind: edges run the hooks of visitors, and name the traces. */
function behindOptionsOf({ rules, code }: Behind, isEdge: boolean): Partial<LivePopOptions> {
  const { keyPath, forcedFreshness } = rules
  return { keyPath, forcedFreshness, edgeCode: isEdge ? code : undefined, beginsTraces: isEdge }
}

/** What the behaviours that name paths set, for an origin that knows nothing of the scenario. */
function forcedBy({ behaviors }: Plan): LivePopOptions['forcedFreshness'] {
  return createBehaviorFinder(behaviors.filter(({ path }) => path !== '*' && path !== '/*'))
}

function parentsFirst(pops: readonly PopPlan[]): number[] {
  const depthOf = (pop: number): number => {
    let depth = 0
    for (let at = pops[pop]!.parent; at >= 0; at = pops[at]!.parent)
      if (++depth > pops.length) throw new UserError('PoPs are their own parents in a circle')
    return depth
  }
  const depths = pops.map((_, pop) => depthOf(pop))
  return [...pops.keys()].sort((a, b) => depths[a]! - depths[b]!)
}

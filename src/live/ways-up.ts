import type { Ms } from '../lib/clock.ts'
import type { Geometry } from '../scenario/geometry.ts'
import { createHookedUpstream } from './hooked-upstream.ts'
import type { NetworkOptions, Opened, RunningNetwork } from './network.ts'
import { createChosenUpstream } from './origin-choice.ts'
import { createSwitchedUpstream, createUpstream, defaultUpstreamOptions, type Upstream } from './upstream.ts'

export interface WaysUpOptions extends Pick<NetworkOptions, 'plan' | 'timeScale' | 'behind'> {
  geometry: Geometry
  /** 1 for a PoP that answers. */
  alive: Uint8Array
  originUrl: URL
}

/**
 * Opens the ways up from PoPs, each as long as the geometry says: to the origin or to that of a request's path, or to a PoP's parent, and
 * while that is down to the origin. The parent of a PoP must be in `pops` before the PoP is asked for. What is opened goes into `opened`.
 */
export function createWaysUp(
  options: WaysUpOptions,
  pops: RunningNetwork['pops'],
  opened: Opened[],
): (pop: number) => Upstream {
  const { plan, timeScale, behind, geometry, alive, originUrl } = options

  function open(origin: URL, oneWayMs: Ms): Upstream {
    const headTimeoutMs = Math.max(plan.network.timeoutMs, 1000)
    const roundTripMs = 2 * oneWayMs * timeScale
    const upstream = createUpstream({ ...defaultUpstreamOptions, origin, roundTripMs, headTimeoutMs })
    opened.push(upstream)
    return upstream
  }

  function toOrigin(pop: number): Upstream {
    if (behind === undefined || behind.backends.origins.length === 0)
      return open(originUrl, geometry.originLegs[pop]!.oneWayMs)
    const upstreams = behind.backends.origins.map((url, number) =>
      open(url, geometry.named[number]!.legs[pop]!.oneWayMs),
    )
    const chosen = createChosenUpstream(upstreams, behind.rules)
    return behind.code === undefined ? chosen : createHookedUpstream(chosen, behind.code)
  }

  return pop => {
    const { parent } = plan.pops[pop]!
    if (parent < 0) return toOrigin(pop)
    const toParent = open(new URL(pops[parent]!.live.url), geometry.parentLegs[pop]!.oneWayMs)
    return createSwitchedUpstream(toParent, toOrigin(pop), () => alive[parent] === 1)
  }
}

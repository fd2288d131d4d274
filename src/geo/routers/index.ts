import type { Ms } from '../../lib/clock.ts'
import { createRegistry, type Spec } from '../../lib/registry.ts'
import type { Router, RouterContext } from '../router.ts'
import { anycast } from './anycast.ts'
import { failover } from './failover.ts'
import { listed } from './listed.ts'
import { lowestRtt } from './lowest-rtt.ts'
import { nearest } from './nearest.ts'
import { weighted } from './weighted.ts'

/** The registry of routers; the first one is the default. */
export const routers = createRegistry('router', [nearest, lowestRtt, anycast, weighted, failover, listed])

/** The router of a spec, and how long after a change of a PoP it must be asked again. Throws UserError. */
export function createRouter(spec: Spec, context: RouterContext): { route: Router; settleMs: Ms } {
  const { definition, params } = routers.choose(spec)
  return { route: definition.create(context, params as never), settleMs: definition.settleMs(params as never) }
}

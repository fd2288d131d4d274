import { createRegistry, type Spec } from '../../lib/registry.ts'
import type { KeepAlive } from '../keep-alive.ts'
import { fixed } from './fixed.ts'
import { hybrid } from './hybrid.ts'
import { none } from './none.ts'

/** The registry of keep-alive policies; the first one is the default. */
export const keepAlives = createRegistry('keep-alive policy', [fixed, hybrid, none])

/** The keep-alive policy of a spec, one for each function. Throws UserError. */
export function createKeepAlive(spec: Spec): KeepAlive {
  const { definition, params } = keepAlives.choose(spec)
  return definition.create(params as never)
}

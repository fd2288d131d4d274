import { createRegistry, type Spec } from '../../lib/registry.ts'
import type { Atlas } from '../atlas.ts'
import type { RttModel } from '../rtt.ts'
import { computedModels, measured } from './measured.ts'

/** The registry of RTT models; the first one is the default. */
export const rttModels = createRegistry('RTT model', [...computedModels, measured])

/** The model of a spec. `set` chooses between the two fits where the spec itself doesn't. Throws UserError. */
export function createRttModel(atlas: Atlas, spec: Spec, set: 'public' | 'backbone' = 'public'): RttModel {
  const { definition, params } = rttModels.choose(spec)
  const isChosen = typeof spec === 'string' ? spec.includes(':set=') : 'set' in spec
  return definition.create(atlas, (isChosen ? params : { ...(params as object), set }) as never)
}

// The registries that a scenario's specs are checked against, in one place.
import type { Definition, Spec } from '../lib/registry.ts'
import { parseSpec } from '../lib/registry.ts'

export { rttModels } from '../geo/models/index.ts'
export { routers } from '../geo/routers/index.ts'
export { admissions } from '../policies/admission/index.ts'
export { policies } from '../policies/index.ts'

/** Stands for a registry that is not there yet: any name will do. */
function anySpec(names: string[]) {
  return {
    entries: [] as Definition[],
    names,
    choose(spec: Spec) {
      if (typeof spec === 'string') parseSpec(spec)
    },
  }
}

export const popularities = anySpec(['zipf'])
export const sizeModels = anySpec(['lognormal'])
export const arrivalModels = anySpec(['poisson'])

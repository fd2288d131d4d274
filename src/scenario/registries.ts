// The registries that a scenario's specs are checked against, in one place.
export { rttModels } from '../geo/models/index.ts'
export { routers } from '../geo/routers/index.ts'
export { admissions } from '../policies/admission/index.ts'
export { policies } from '../policies/index.ts'
export { arrivalModels } from '../traffic/arrivals.ts'
export { popularities } from '../traffic/popularity.ts'
export { sizeModels } from '../traffic/sizes.ts'
export { traceFormats } from '../traffic/traces/index.ts'

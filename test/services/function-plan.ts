import { join } from 'node:path'
import { createFunctions, type FunctionsOptions } from '#cdnlab/services/functions/functions.js'
import type { FunctionPlan } from '../../src/backend/plans.ts'

/** A plan with everything that a test does not care for filled in. `handler` is `file#export` below `handlers/`. */
export function functionPlan(name: string, handler: string, own: Partial<FunctionPlan> = {}): FunctionPlan {
  const [file = '', exportName = ''] = handler.split('#')
  return {
    name,
    file,
    exportName,
    memoryMiB: 128,
    timeoutMs: 5000,
    concurrency: Number.POSITIVE_INFINITY,
    keepAlive: 'fixed:after=60s',
    variables: {},
    uses: [],
    schedules: [],
    retries: 2,
    eventAgeMs: 6 * 3600e3,
    durationMs: [[0.5, 10]],
    placementMs: 50,
    initMs: [[0.5, 100]],
    ...own,
  }
}

export function functionsOf(plans: FunctionPlan[], own: Partial<FunctionsOptions> = {}) {
  const fileOf = ({ file }: FunctionPlan) => join(import.meta.dirname, 'handlers', file)
  return createFunctions({ plans, fileOf, endpoint: () => 'http://127.0.0.1:1', ...own })
}

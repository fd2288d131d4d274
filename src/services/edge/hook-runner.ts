import type { EdgeEngine, HookEvent, HookOutcome } from '../../backend/edge-hooks.ts'
import { judgeReturn } from '../../backend/edge-judge.ts'
import { fromLambdaEdge, lambdaEdgeEvent } from '../../backend/lambda-edge.ts'
import type { EdgePlan } from '../../backend/plans.ts'
import { assert } from '../../lib/assert.ts'
import { UserError } from '../../lib/user-error.ts'
import type { Functions } from '../functions/functions.ts'
import { createEdgeEngine } from './engine.ts'

/** Runs the edge code of a scenario by name: scripts at once, functions when they answer. */
export interface HookRunner {
  run(name: string, event: HookEvent): Promise<HookOutcome>
  /** For scripts; undefined where there are none. */
  readonly engine: EdgeEngine | undefined
  dispose(): void
}

export interface HookRunnerOptions {
  plans: readonly EdgePlan[]
  functions: Functions
  /** Time of day in milliseconds: what scripts see as the time. */
  now?(): number
}

/** A function is given up after so long. Source: Amazon CloudFront Developer Guide, "Quotas on Lambda@Edge". */
const viewerTimeoutMs = 5000
const originTimeoutMs = 30_000

/** Opens scripts and looks up functions. A script's engine is loaded only where there are scripts. Throws UserError. */
export async function createHookRunner({ plans, functions, now = Date.now }: HookRunnerOptions): Promise<HookRunner> {
  const scripts = plans.flatMap(plan => (plan.kind === 'script' ? [plan] : []))
  const byName = new Map(plans.map(plan => [plan.name, plan]))
  for (const plan of plans)
    if (plan.kind === 'function' && !functions.find(plan.function))
      throw new UserError({ message: `edge "${plan.name}": there is no function "${plan.function}"` })
  const engine = scripts.length > 0 ? await createEdgeEngine(scripts) : undefined
  return {
    engine,
    async run(name, event) {
      const plan = byName.get(name)
      assert(plan, `edge code "${name}" is known`)
      return plan.kind === 'script' ? engine!.run(name, event, now()) : runFunction(functions, plan.function, event)
    },
    dispose: () => engine?.dispose(),
  }
}

/** 502 when what the function gives back is not allowed, 503 when it fails, is throttled or takes too long. */
async function runFunction(functions: Functions, name: string, event: HookEvent): Promise<HookOutcome> {
  const timeoutMs = event.context.eventType.startsWith('viewer') ? viewerTimeoutMs : originTimeoutMs
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), timeoutMs)
  })
  const outcome = await Promise.race([functions.find(name)!.invoke(JSON.stringify(lambdaEdgeEvent(event))), late])
  clearTimeout(timer)
  const failed = (message: string): HookOutcome => ({ kind: 'failed', status: 503, message })
  if (outcome === undefined) return failed('the function took too long')
  if (outcome.kind === 'throttled') return failed('the function is throttled')
  if (outcome.kind === 'failed') return failed(outcome.payload)
  return judgeReturn(event, fromLambdaEdge(event, JSON.parse(outcome.payload)))
}

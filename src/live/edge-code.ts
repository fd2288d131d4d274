import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { hookEvent, type PlainRequest } from '../backend/edge-event.ts'
import { type Hook, type HookEvent, type HookOutcome, hooks } from '../backend/edge-hooks.ts'
import { judgeReturn } from '../backend/edge-judge.ts'
import { fromLambdaEdge, lambdaEdgeEvent } from '../backend/lambda-edge.ts'
import type { Fields } from '../cache/http/fields.ts'
import type { Ms } from '../lib/clock.ts'
import type { BackendsPlan } from '../scenario/plan.ts'
import type { Functions } from '../services/functions/functions.ts'
import type { PathRules } from './origin-choice.ts'

/** Whoever runs scripts, at once or later. */
export interface ScriptRunner {
  run(name: string, event: HookEvent, now: Ms): HookOutcome | Promise<HookOutcome>
}

export interface EdgeCodeOptions {
  backends: BackendsPlan
  rules: PathRules
  /** Runs the scripts. */
  engine: ScriptRunner
  functions: Functions
  now(): Ms
}

/** The hooks of a scenario, for the PoPs that run them. */
export interface EdgeCode {
  /** Runs the hook of a moment for a path; undefined where there is none, a promise where its outcome is not there at once. */
  run(
    hook: Hook,
    path: string,
    of: { ip: string; request: PlainRequest; response?: { status: number; fields: Fields } },
  ): HookOutcome | Promise<HookOutcome> | undefined
}

export function createEdgeCode({ backends, rules, engine, functions, now }: EdgeCodeOptions): EdgeCode {
  return {
    run(hook, path, of) {
      const index = rules.ruleOf(path).hooks[hooks.indexOf(hook)]!
      const plan = backends.hooks[index]
      if (plan === undefined) return undefined
      const event = hookEvent(hook, { requestId: randomUUID(), ...of })
      return plan.kind === 'script' ? engine.run(plan.name, event, now()) : call(functions, plan.function, event)
    },
  }
}

/** A function in the place of a script: Lambda@Edge's event, its answer judged like a script's. */
async function call(functions: Functions, name: string, event: HookEvent): Promise<HookOutcome> {
  const invocation = await functions.find(name)!.invoke(JSON.stringify(lambdaEdgeEvent(event)))
  if (invocation.kind !== 'answered') {
    const why = invocation.kind === 'throttled' ? `throttled by ${invocation.reason}` : invocation.errorType
    return { kind: 'failed', status: 503, message: `the function ${name} failed: ${why}` }
  }
  return judgeReturn(event, fromLambdaEdge(event, JSON.parse(invocation.payload)))
}

/** Does something with an outcome: at once when it is there. */
export function whenKnown(outcome: HookOutcome | Promise<HookOutcome>, act: (outcome: HookOutcome) => void): void {
  if (outcome instanceof Promise) void outcome.then(act)
  else act(outcome)
}

export function ipOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? ''
}

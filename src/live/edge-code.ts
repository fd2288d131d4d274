import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { hookEvent, type PlainRequest, responseAfter } from '../backend/edge-event.ts'
import { type EdgeEngine, type Hook, type HookEvent, type HookOutcome, hookRuns, hooks } from '../backend/edge-hooks.ts'
import { judgeReturn } from '../backend/edge-judge.ts'
import { fromLambdaEdge, lambdaEdgeEvent } from '../backend/lambda-edge.ts'
import type { Fields } from '../cache/http/fields.ts'
import type { Ms } from '../lib/clock.ts'
import type { BackendsPlan } from '../scenario/plan.ts'
import type { Functions } from '../services/functions/functions.ts'
import type { PathRules } from './origin-choice.ts'

export interface EdgeCodeOptions {
  backends: BackendsPlan
  rules: PathRules
  /** Runs the scripts. */
  engine: EdgeEngine
  functions: Functions
  now(): Ms
}

/** The hooks of a scenario, for the PoPs that run them. */
export interface EdgeCode {
  /** Runs the hook of a moment for a path; undefined where there is none, a promise where it is a function. */
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

/**
 * Lets the hook of the visitor's answer change its head before it goes out. Where the hook fails, the answer is its failure without a body.
 * A function cannot stand here: the head of an answer does not wait.
 */
export function hookAnswer(
  code: EdgeCode,
  request: IncomingMessage,
  response: ServerResponse,
  plain: PlainRequest,
): void {
  const write = response.writeHead.bind(response) as (
    status: number,
    reason: string,
    fields: string[],
  ) => ServerResponse
  const ip = ipOf(request)
  response.writeHead = (status: number, ...rest: unknown[]): ServerResponse => {
    const fields = [...((rest.at(-1) as string[] | undefined) ?? [])]
    const reason = typeof rest[0] === 'string' ? rest[0] : ''
    if (!hookRuns('viewer-response', { status, isHit: false, isMade: false })) return write(status, reason, fields)
    const outcome = code.run('viewer-response', plain.target, { ip, request: plain, response: { status, fields } })
    if (outcome === undefined || outcome instanceof Promise) return write(status, reason, fields)
    if (outcome.kind === 'response') return write(status, reason, responseAfter(fields, outcome.response).fields)
    dropBody(response)
    return write(outcome.kind === 'failed' ? outcome.status : 502, '', [
      'Content-Length',
      '0',
      'Cache-Control',
      'no-store',
    ])
  }
}

/** What is still written belongs to an answer that is no longer sent. */
function dropBody(response: ServerResponse): void {
  const end = response.end.bind(response) as () => ServerResponse
  response.write = () => true
  response.end = () => end()
}

export function ipOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? ''
}

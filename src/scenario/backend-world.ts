import type { Account, HopKind } from '../backend/account.ts'
import { createApiAsk } from '../backend/ask-of-api.ts'
import { createBucketAsk } from '../backend/ask-of-bucket.ts'
import { createFunctionModel, type FunctionModel } from '../backend/function-model.ts'
import { createHookModel, type HookModel } from '../backend/hook-model.ts'
import type { ModelPorts } from '../backend/model-ports.ts'
import { createTableModel } from '../backend/table-model.ts'
import type { ObjectId } from '../cache/policy.ts'
import type { Clock, Ms } from '../lib/clock.ts'
import { type Ask, bodyBytesOf } from '../network/ask.ts'
import {
  createAnswering,
  createLimitedOrigin,
  createOrigin,
  type Health,
  type OriginTotals,
} from '../network/origin.ts'
import type { Leg } from '../network/wire.ts'
import type { BackendsPlan, NamedOriginPlan } from './plan.ts'
import type { Rules } from './rules.ts'

/** Told of each part of the time of an ask behind or at the edge: the object, when the ask arrived, and the part. */
export type OnSpan = (id: ObjectId, askedMs: Ms, kind: HopKind, name: string, fromMs: Ms, untilMs: Ms) => void

export interface BackendPorts {
  clock: Clock
  health: Health
  seed: number
  /** One for each behaviour. */
  accounts: readonly Account[]
  /** Null costs nothing. */
  onSpan: OnSpan | null
}

/** The systems behind and at the edge, ready to be asked. */
export interface Backends {
  /** Index of the origin of an object; -1: the one plain origin. */
  originOf(id: ObjectId): number
  /** Index of the behaviour of an object. */
  behaviorOf(id: ObjectId): number
  /** How an origin is asked over a leg; asks must come through the clock. */
  askOver(origin: number, leg: Leg, totals: OriginTotals): Ask
  hooks: BackendHooks
  functions: ReadonlyMap<string, FunctionModel>
}

/** What hooks cost. A moment without one costs nothing and takes no time. */
export interface BackendHooks {
  /** Viewer request and response: on every request. */
  viewerMs(pop: number, id: ObjectId, now: Ms): Ms
  /** Before the upstream is asked, and when its answer is there. */
  originRequestMs(pop: number, id: ObjectId, now: Ms): Ms
  originResponseMs(pop: number, id: ObjectId, now: Ms): Ms
  /** Whether there are any, of visitors and of origins. */
  hasViewer: boolean
  hasOrigin: boolean
}

/** Builds the models of a plan. Everything in them that has a state is reached in order of time. */
export function createBackends(plan: BackendsPlan, rules: Rules, pops: number, ports: BackendPorts): Backends {
  const { clock, health, seed } = ports
  const originOfBehavior = Int32Array.from(plan.rules, ({ origin }) => origin)
  const tables = new Map(plan.tables.map(table => [table.name, createTableModel(table, seed)]))
  const functions = new Map(plan.functions.map(each => [each.name, createFunctionModel(each, tables, clock, seed)]))
  let current: Account = ports.accounts[0]!
  const openFor = createOpening(rules, ports)
  const models: ModelPorts = {
    clock,
    health,
    seed,
    answerOf: createAnswering(rules),
    pathOf: rules.pathOf,
    methodOf: rules.methodOf,
    open: () => current,
  }
  const asks = plan.origins.map(origin => createNamedAsk(origin, plan, rules, functions, models))
  return {
    functions,
    behaviorOf: id => rules.behaviorOf[id]!,
    originOf: id => originOfBehavior[rules.behaviorOf[id]!]!,
    askOver(origin, { oneWayMs, bytesPerMs }, totals) {
      const ask = asks[origin]!
      const { name } = plan.origins[origin]!
      return (id, now, held, reply) => {
        const account = openFor(id, now)
        current = account
        totals.asks++
        account.count('asks', 1)
        ask(id, now, held, (answer, then) => {
          const bytes = bodyBytesOf(answer)
          totals.bytes += bytes
          account.count('bytes', bytes)
          account.hop('wire', name, now - oneWayMs, now + oneWayMs + bytes / bytesPerMs)
          reply(answer, then)
        })
      }
    },
    hooks: createHooks(plan, rules, pops, ports, openFor),
  }
}

function createNamedAsk(
  origin: NamedOriginPlan,
  plan: BackendsPlan,
  rules: Rules,
  functions: ReadonlyMap<string, FunctionModel>,
  models: ModelPorts,
): Ask {
  if (origin.kind === 'bucket') return createBucketAsk(plan.buckets[origin.target]!, models)
  if (origin.kind === 'api') return createApiAsk(plan.apis[origin.target]!, functions, models)
  const totals = { asks: 0, bytes: 0 }
  const { health, open } = models
  const ask = Number.isFinite(origin.concurrency)
    ? createLimitedOrigin(rules, health, origin.thinkMs, totals, origin)
    : createOrigin(rules, health, origin.thinkMs, totals)
  return (id, now, held, reply) => {
    const account = open(id, now)
    ask(id, now, held, (answer, then) => {
      account.hop('origin', origin.name, now, then)
      reply(answer, then)
    })
  }
}

/** The account of an object's behaviour; where somebody follows, one that also tells each part of its time. */
function createOpening({ behaviorOf }: Rules, { accounts, onSpan }: BackendPorts): (id: ObjectId, now: Ms) => Account {
  if (onSpan === null) return id => accounts[behaviorOf[id]!]!
  return (id, askedMs) => {
    const { hop, count } = accounts[behaviorOf[id]!]!
    return {
      count,
      hop(kind, name, fromMs, untilMs) {
        hop(kind, name, fromMs, untilMs)
        onSpan(id, askedMs, kind, name, fromMs, untilMs)
      },
    }
  }
}

function createHooks(
  plan: BackendsPlan,
  { behaviorOf }: Rules,
  pops: number,
  { clock, seed }: BackendPorts,
  openFor: (id: ObjectId, now: Ms) => Account,
): BackendHooks {
  const models = plan.hooks.map(hook => createHookModel(hook, plan.functions, pops, clock, seed))
  const chosen = plan.rules.map(({ hooks }) => hooks.map(hook => models[hook] ?? null))
  const moment =
    (at: number) =>
    (pop: number, id: ObjectId, now: Ms): Ms => {
      const model: HookModel | null = chosen[behaviorOf[id]!]![at]!
      return model === null ? 0 : model.run(pop, id, now, openFor(id, now))
    }
  const [request, originRequestMs, originResponseMs, response] = [0, 1, 2, 3].map(moment) as [
    Moment,
    Moment,
    Moment,
    Moment,
  ]
  const has = (...moments: number[]): boolean => chosen.some(row => moments.some(at => row[at] !== null))
  return {
    viewerMs: (pop, id, now) => request(pop, id, now) + response(pop, id, now),
    originRequestMs,
    originResponseMs,
    hasViewer: has(0, 3),
    hasOrigin: has(1, 2),
  }
}

type Moment = (pop: number, id: ObjectId, now: Ms) => Ms

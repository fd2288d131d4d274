import type { ObjectId } from '../cache/policy.ts'
import type { Ms } from '../lib/clock.ts'
import { type Ask, failureOf, type Reply } from '../network/ask.ts'
import type { Account } from './account.ts'
import { createDie } from './dice.ts'
import type { Ending, FunctionModel } from './function-model.ts'
import type { ModelPorts } from './model-ports.ts'
import type { ApiPlan, AuthorizerPlan, RoutePlan, ThrottlePlan } from './plans.ts'
import { createQuantileFunction } from './quantiles.ts'
import { createRouteTable } from './routes.ts'
import { createTokenBucket, type TokenBucket } from './token-bucket.ts'

interface ModelRoute {
  plan: RoutePlan
  target: FunctionModel
  throttle: TokenBucket | null
  /** A function that decides who may pass; null where a token is checked, or nobody asks. */
  authorizer: FunctionModel | null
}

/** A token that is checked with keys at hand: a signature, no call. An assumption. */
const tokenCheckMs = 1

/**
 * An API gateway in virtual time: throttling by the stage and by the route (429), the authorizer, the function behind the route. Asks
 * must arrive in order of time; answers are told when they are there. Visitors of the model all have a valid token. An authorizer's
 * answer is kept as AWS keeps it, for all of them together: the model knows requests, not people.
 */
export function createApiAsk(plan: ApiPlan, functions: ReadonlyMap<string, FunctionModel>, ports: ModelPorts): Ask {
  const { clock, answerOf, pathOf, methodOf, health, open, seed } = ports
  const stage = bucketOf(plan.throttle)
  const thinkMs = createQuantileFunction(plan.thinkMs)
  const die = createDie(seed, `gateway ${plan.name}`)
  const authorizers = new Map(plan.authorizers.map(each => [each.name, each]))
  const routes = createRouteTable(
    plan.routes.map(route => [route.key, createRoute(route, authorizers.get(route.authorizer), functions)] as const),
  )
  const routeOf: (ModelRoute | null)[] = []
  const allowedUntil = new Map<string, Ms>()

  function routeFor(id: ObjectId): ModelRoute | null {
    const known = routeOf[id]
    if (known !== undefined) return known
    const found = routes.find(methodOf(id), pathOf(id).split('?')[0]!)?.route ?? null
    routeOf[id] = found
    return found
  }

  /** Asks who may pass, then goes on; a function's answer is kept as long as it says. */
  function authorize(
    route: ModelRoute,
    id: ObjectId,
    now: Ms,
    account: Account,
    pass: (ending: Ending, now: Ms) => void,
  ) {
    const authorizer = authorizers.get(route.plan.authorizer)
    if (authorizer === undefined) return pass('done', now)
    if (authorizer.kind === 'jwt' || route.authorizer === null) {
      account.hop('authorizer', authorizer.name, now, now + tokenCheckMs)
      return pass('done', now + tokenCheckMs)
    }
    if (now < (allowedUntil.get(authorizer.name) ?? 0)) return pass('done', now)
    route.authorizer.invoke(id, now, account, (ending, then) => {
      account.hop('authorizer', authorizer.name, now, then)
      if (ending === 'done') allowedUntil.set(authorizer.name, then + authorizer.cacheMs)
      pass(ending, then)
    })
  }

  return (id, now, held, reply) => {
    const account = open(id, now)
    if (health.isDown(now)) return reply(failureOf(502), now)
    account.count('gateway requests', 1)
    const ready = now + thinkMs(die(id, now)) * health.slowness(now)
    account.hop('gateway', plan.name, now, ready)
    const route = routeFor(id)
    if (route === null) return reply(failureOf(404), ready)
    if (!admits(stage, route.throttle, now)) {
      account.count('gateway throttles', 1)
      return reply(failureOf(429), ready)
    }
    const deadline = now + route.plan.timeoutMs
    const { answer, isOver } = createDeadline(reply, deadline)
    clock.at(ready, at =>
      authorize(route, id, at, account, (permission, from) => {
        if (isOver(from)) return
        if (permission !== 'done') return answer(failureOf(statusOf[permission]), from)
        clock.at(from, begun =>
          route.target.invoke(id, begun, account, (ending, then) => {
            if (isOver(then)) return
            if (ending !== 'done') return answer(failureOf(statusOf[ending]), then)
            const found = answerOf(id, then, held)
            answer(found, then)
          }),
        )
      }),
    )
  }
}

/** What a caller gets for an event that did not end well: as the gateway's server says it. */
const statusOf = { throttled: 429, timeout: 504, failed: 502 } as const

/** A gateway waits so long and not longer: what comes later is 504, and the function has run for nobody. */
function createDeadline(reply: Reply, deadline: Ms): { answer: Reply; isOver(now: Ms): boolean } {
  let isAnswered = false
  const answer: Reply = (answer, then) => {
    if (isAnswered) return
    isAnswered = true
    reply(answer, then)
  }
  return {
    answer,
    isOver(now) {
      if (now <= deadline) return false
      answer(failureOf(504), deadline)
      return true
    },
  }
}

function createRoute(
  plan: RoutePlan,
  authorizer: AuthorizerPlan | undefined,
  functions: ReadonlyMap<string, FunctionModel>,
): ModelRoute {
  return {
    plan,
    target: functions.get(plan.function)!,
    throttle: bucketOf(plan.throttle),
    authorizer: authorizer?.kind === 'function' ? functions.get(authorizer.function)! : null,
  }
}

function bucketOf(throttle: ThrottlePlan | null): TokenBucket | null {
  return throttle === null ? null : createTokenBucket(throttle.ratePerSecond, throttle.burst)
}

/** The route first: one that is throttled does not use up what others may have. */
function admits(stage: TokenBucket | null, route: TokenBucket | null, now: Ms): boolean {
  return (route === null || route.take(now)) && (stage === null || stage.take(now))
}

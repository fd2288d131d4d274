import type { ApiPlan, AuthorizerPlan, RoutePlan, SocketsPlan } from '../backend/plans.ts'
import { createRouteTable } from '../backend/routes.ts'
import { type Findings, indexOfName } from './findings.ts'
import type { Scenario } from './schema.ts'
import type { Path } from './written.ts'

type ApiItem = Scenario['apis'][string]
type Auth = ApiItem['auth']

/** What a route says that lets everybody pass. */
const nobodyAsked = 'none'

/** The gateways, with every route's authorizer and function looked up. */
export function planApis(scenario: Scenario, findings: Findings): ApiPlan[] {
  return Object.entries(scenario.apis).map(([name, api]): ApiPlan => {
    const path = ['apis', name]
    const functions = Object.keys(scenario.functions)
    const { authorizers, preset } = planAuthorizers(api, functions, path, findings)
    const routes = Object.entries(api.routes).map(([key, given]) =>
      planRoute(key, given, { functions, authorizers, preset, path: [...path, 'routes', key], findings }),
    )
    for (const [at, { key }] of routes.entries())
      findings.attempt([...path, 'routes', key], () =>
        createRouteTable(routes.slice(0, at + 1).map(route => [route.key, route])),
      )
    return {
      name,
      description: api.description,
      routes,
      authorizers,
      throttle: api.throttle ? { ratePerSecond: api.throttle.rate, burst: api.throttle.burst } : null,
      apiKeys: api.keys,
      cors: planCors(api.cors),
      sockets: planSockets(api, functions, authorizers, [...path, 'sockets'], findings),
      bodyBytes: api.body,
      thinkMs: api.think,
    }
  })
}

/** All authorizers by name; the one of `auth` is called by its kind, and stands for every route that names none. */
function planAuthorizers(
  { auth, authorizers: named }: ApiItem,
  functions: readonly string[],
  path: Path,
  findings: Findings,
): { authorizers: AuthorizerPlan[]; preset: string } {
  const authorizers = Object.entries(named).flatMap(([name, given]) => {
    if (typeof given !== 'string')
      return [planAuthorizer(name, given, functions, [...path, 'authorizers', name], findings)]
    findings.mistake([...path, 'authorizers', name], `"${given}" is no authorizer`, '{ jwt: ... } or { function: ... }')
    return []
  })
  if (typeof auth !== 'string') {
    const own = planAuthorizer('jwt' in auth ? 'jwt' : 'function', auth, functions, [...path, 'auth'], findings)
    return { authorizers: [own, ...authorizers.filter(({ name }) => name !== own.name)], preset: own.name }
  }
  if (auth !== nobodyAsked) indexOfName(namesOf(authorizers), auth, 'authorizer', [...path, 'auth'], findings)
  return { authorizers, preset: auth === nobodyAsked ? '' : auth }
}

function planAuthorizer(
  name: string,
  given: Exclude<Auth, string>,
  functions: readonly string[],
  path: Path,
  findings: Findings,
): AuthorizerPlan {
  if ('jwt' in given) {
    const { jwks, issuer, audience, source } = given.jwt
    return { name, kind: 'jwt', jwks, issuer, audiences: [audience].flat(), source }
  }
  indexOfName(functions, given.function, 'function', [...path, 'function'], findings)
  const { response, sources, cache } = given
  return { name, kind: 'function', function: given.function, response, sources, cacheMs: cache }
}

function namesOf(authorizers: readonly AuthorizerPlan[]): string[] {
  return [nobodyAsked, ...authorizers.map(({ name }) => name)]
}

interface RouteContext {
  functions: readonly string[]
  authorizers: readonly AuthorizerPlan[]
  /** The authorizer of routes that name none. */
  preset: string
  path: Path
  findings: Findings
}

function planRoute(key: string, given: ApiItem['routes'][string], context: RouteContext): RoutePlan {
  const { functions, authorizers, preset, path, findings } = context
  const route = typeof given === 'string' ? { ...plainRoute, function: given } : given
  const at = typeof given === 'string' ? path : [...path, 'function']
  indexOfName(functions, route.function, 'function', at, findings)
  const { auth = preset === '' ? nobodyAsked : preset, throttle } = route
  indexOfName(namesOf(authorizers), auth, 'authorizer', [...path, 'auth'], findings)
  return {
    key,
    function: route.function,
    authorizer: auth === nobodyAsked ? '' : auth,
    scopes: route.scopes,
    needsApiKey: route.key,
    throttle: throttle ? { ratePerSecond: throttle.rate, burst: throttle.burst } : null,
    body: route.body ?? null,
    parameters: { path: route.path ?? null, query: route.query ?? null },
    timeoutMs: route.timeout,
    summary: route.summary,
  }
}

const plainRoute: Exclude<ApiItem['routes'][string], string> = {
  function: '',
  scopes: [],
  key: false,
  timeout: 30_000,
  summary: '',
}

function planCors(given: ApiItem['cors']): ApiPlan['cors'] {
  if (given === undefined || given === false) return null
  const { maxAge, ...rest } =
    given === true
      ? { origins: ['*'], methods: ['*'], headers: ['*'], exposed: [], maxAge: 300_000, credentials: false }
      : given
  return { ...rest, maxAgeMs: maxAge }
}

function planSockets(
  { sockets }: ApiItem,
  functions: readonly string[],
  authorizers: readonly AuthorizerPlan[],
  path: Path,
  findings: Findings,
): SocketsPlan | null {
  if (sockets === undefined) return null
  const { auth = nobodyAsked, idle, ...rest } = sockets
  for (const [key, name] of Object.entries(sockets.routes))
    indexOfName(functions, name, 'function', [...path, 'routes', key], findings)
  indexOfName(namesOf(authorizers), auth, 'authorizer', [...path, 'auth'], findings)
  return { ...rest, authorizer: auth === nobodyAsked ? '' : auth, idleMs: idle }
}

import { createRouteTable } from '../backend/routes.ts'
import type { Findings } from './findings.ts'
import type { Plan } from './plan.ts'
import { createPathMatcher } from './rules.ts'

/**
 * Warns of classes of objects that a gateway has no route for, and of answers that were given for a token and that a behaviour would
 * let PoPs keep: live PoPs keep none of them for others, and the model cannot tell visitors apart. A class goes where its first object goes.
 */
export function checkRoutes({ backends, behaviors, traffic }: Plan, findings: Findings): void {
  if (backends === null || traffic.kind === 'trace') return
  const matchers = behaviors.map(({ path }) => createPathMatcher(path))
  for (const { name, path, method } of traffic.classes) {
    const first = path.replace('{id}', '0')
    const row = behaviors.findIndex(
      ({ className }, index) => (className === '' || className === name) && matchers[index]!(first),
    )
    const origin = backends.origins[backends.rules[row]?.origin ?? -1]
    const api = origin?.kind === 'api' ? backends.apis[origin.target] : undefined
    if (api === undefined) continue
    const at = ['traffic', 'classes', name]
    const found = createRouteTable(api.routes.map(route => [route.key, route] as const)).find(method, first)
    if (found === undefined)
      findings.warn(
        at,
        `no route of the gateway "${api.name}" takes ${method} ${path}`,
        'each ask of it is answered 404',
      )
    else if (found.route.authorizer !== '' && method === 'GET' && behaviors[row]!.uncacheable < 1)
      findings.warn(
        ['behaviors', row],
        `"${found.route.key}" asks who may pass, and its answers may be kept for everybody`,
        'write cache: { uncacheable: 100% }, or auth: none for the route',
      )
  }
}

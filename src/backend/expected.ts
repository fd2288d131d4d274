import type { Ms } from '../lib/clock.ts'
import type { ApiPlan, FunctionPlan, TablePlan } from './plans.ts'
import { createQuantileFunction, type Quantiles } from './quantiles.ts'
import { createRouteTable } from './routes.ts'

const points = 1000

/** Mean of a table of quantiles, as its draws have it. */
export function meanOf(quantiles: Quantiles): number {
  const valueAt = createQuantileFunction(quantiles)
  let sum = 0
  for (let point = 0; point < points; point++) sum += valueAt((point + 0.5) / points)
  return sum / points
}

/** What a gateway takes on average for a method and a path while all is warm and nothing is throttled; 0 where no route leads on. */
export function expectedApiMs(
  { thinkMs, routes }: ApiPlan,
  functions: readonly FunctionPlan[],
  tables: readonly TablePlan[],
  method: string,
  path: string,
): Ms {
  const route = createRouteTable(routes.map(each => [each.key, each] as const)).find(method, path)?.route
  const target = functions.find(({ name }) => name === route?.function)
  return meanOf(thinkMs) + (target === undefined ? 0 : expectedFunctionMs(target, tables))
}

function expectedFunctionMs({ durationMs, uses }: FunctionPlan, tables: readonly TablePlan[]): Ms {
  return uses.reduce((sum, { kind, name, access, calls = 1 }) => {
    const table = kind === 'table' ? tables.find(each => each.name === name) : undefined
    if (table === undefined) return sum
    const readMs = access === 'write' ? 0 : meanOf(table.readMs)
    const writeMs = access === 'read' ? 0 : meanOf(table.writeMs)
    return sum + calls * (readMs + writeMs)
  }, meanOf(durationMs))
}

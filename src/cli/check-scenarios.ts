import { loadPlan } from '../files/load-plan.ts'
import { writeOut } from '../files/output.ts'
import { printWarnings } from '../files/warnings.ts'
import { type Mistake, UserError } from '../lib/user-error.ts'
import type { Plan } from '../scenario/plan.ts'
import { scenarioJsonSchema } from '../scenario/schema.ts'
import type { CheckOptions } from './check.ts'

/** Checks each scenario and says a line about it; throws one UserError with the mistakes of all. */
export async function checkScenarios(names: readonly string[], options: CheckOptions): Promise<void> {
  if (options.schema) return writeOut(schemaText())
  if (names.length === 0) throw new UserError({ message: 'no scenario is named', hint: 'cdnlab check FILE...' })
  const mistakes: Mistake[] = []
  for (const name of names) {
    try {
      const { plan, file, warnings } = await loadPlan(name, options)
      printWarnings(warnings)
      await writeOut(options.plan ? `${JSON.stringify(plan, planValue, 2)}\n` : `${file}: ok, ${summaryOf(plan)}\n`)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      mistakes.push(...error.mistakes)
    }
  }
  if (mistakes.length > 0) throw new UserError(mistakes)
}

/** The JSON Schema as it lies in `config/scenario.schema.json`. */
export function schemaText(): string {
  return `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`
}

function planValue(_key: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? 'unlimited' : value
}

/** One line of what a scenario is. */
export function summaryOf({ pops, visitors, traffic }: Plan): string {
  const edges = pops.filter(({ isEdge }) => isEdge).length
  const shields = pops.length - edges
  const count = (many: number, one: string): string => `${many.toLocaleString('en')} ${one}${many === 1 ? '' : 's'}`
  const asked =
    traffic.kind === 'trace'
      ? `trace ${traffic.file}`
      : Number.isFinite(traffic.requests)
        ? count(traffic.requests, 'request')
        : `${traffic.durationMs / 1000} s of requests`
  return [
    count(edges, 'PoP'),
    ...(shields > 0 ? [count(shields, 'shield')] : []),
    `visitors of ${count(visitors.places.length, 'place')}`,
    asked,
  ].join(', ')
}

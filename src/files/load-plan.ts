import type { Atlas } from '../geo/atlas.ts'
import { type Mistake, UserError } from '../lib/user-error.ts'
import { type Override, parseOverride } from '../scenario/override.ts'
import { type ParsedScenario, readScenario } from '../scenario/parse.ts'
import type { Plan } from '../scenario/plan.ts'
import { planOf } from '../scenario/plan-of.ts'
import type { PriceBook } from '../stats/cost-prices.ts'
import { loadAtlas, loadPrices } from './atlas.ts'
import { readScenarioFile, resolveReference, type ScenarioText } from './scenario-files.ts'

/** Options that change a scenario before it is looked at; every command that reads one takes them. */
export interface ScenarioOptions {
  set?: readonly string[]
  seed?: string
  replications?: string
  allowOutside?: boolean
}

export interface LoadedPlan {
  plan: Plan
  atlas: Atlas
  warnings: readonly Mistake[]
  /** The name of the scenario for messages and reports. */
  file: string
  /** The scenario as it was written. */
  text: string
  /** Where the trace is; undefined for synthetic traffic. */
  tracePath: string | undefined
  /** The folder that the scenario's file references stay in. */
  folder: string
}

/** Reads a scenario by path, name or `-` and makes its plan. Throws UserError with every mistake. */
export async function loadPlan(name: string, options: ScenarioOptions = {}): Promise<LoadedPlan> {
  return planFrom(await readScenarioFile(name), options)
}

/** Makes the plan of a scenario that has been read. Throws UserError with every mistake. */
export async function planFrom(
  { text, file, folder }: ScenarioText,
  options: ScenarioOptions = {},
): Promise<LoadedPlan> {
  const atlas = loadAtlas()
  const parsed = readScenario(text, file, overridesOf(options))
  const prices = await pricesOf(parsed, folder, options.allowOutside)
  const { plan, warnings } = planOf(parsed, atlas, prices)
  const { traffic } = plan
  const tracePath =
    traffic.kind === 'trace' ? await resolveReference(folder, traffic.file, options.allowOutside) : undefined
  return { plan, atlas, warnings, file, text, tracePath, folder }
}

/** The prices that a scenario asks for, from `config/` or a file beside it; null where it asks for none. Throws UserError. */
export async function pricesOf(
  { scenario }: ParsedScenario,
  folder: string,
  allowOutside?: boolean,
): Promise<PriceBook | null> {
  if (scenario?.cost === undefined) return null
  const { file } = scenario.cost
  return loadPrices(file === undefined ? undefined : await resolveReference(folder, file, allowOutside))
}

/** The overrides of the options, in order; `--seed` and `--replications` come last. Throws UserError. */
export function overridesOf({ set = [], seed, replications }: ScenarioOptions): Override[] {
  const overrides = set.map(text => {
    const override = parseOverride(text)
    if (!override)
      throw new UserError({
        message: `--set ${text}: it is written key=value`,
        hint: 'for instance edge.policy=sieve',
      })
    return override
  })
  if (seed !== undefined) overrides.push({ key: 'seed', value: seed })
  if (replications !== undefined) overrides.push({ key: 'replications', value: replications })
  return overrides
}

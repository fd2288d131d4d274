import { loadAtlas } from '../../src/files/atlas.ts'
import { describeMistake, UserError } from '../../src/lib/user-error.ts'
import { parseOverride } from '../../src/scenario/override.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import { type PlannedScenario, planOf } from '../../src/scenario/plan-of.ts'

/** The plan of a text, as the commands make it. */
export function planText(text: string, sets: readonly string[] = []): PlannedScenario {
  return planOf(
    readScenario(
      text,
      'my.yaml',
      sets.map(set => parseOverride(set)!),
    ),
    loadAtlas(),
  )
}

/** The mistakes of a text as lines; none when it has a plan. */
export function mistakesOf(text: string, sets: readonly string[] = []): string[] {
  try {
    planText(text, sets)
    return []
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return error.mistakes.map(describeMistake)
  }
}

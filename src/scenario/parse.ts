import { describePosition, type Mistake } from '../lib/user-error.ts'
import { mistakesOf } from './mistakes.ts'
import { applyOverride, type Override } from './override.ts'
import { type Scenario, scenarioSchema } from './schema.ts'
import { readWritten, type Written } from './written.ts'

/** A text after the schema: the scenario if it has no mistake, and what a further look for mistakes needs. */
export interface ParsedScenario {
  /** Undefined when there are mistakes. */
  scenario: Scenario | undefined
  mistakes: readonly Mistake[]
  /** The plain data as written, overrides included. */
  value: unknown
  written: ReadonlyMap<string, Written>
  file: string
}

/**
 * Reads a scenario's text and holds it against the schema, without throwing: what is known of the world can then be checked
 * too, and all mistakes told at once. Overrides are applied in order, before the schema.
 */
export function readScenario(text: string, file: string, overrides: readonly Override[] = []): ParsedScenario {
  const tree = readWritten(text, file)
  if (tree.value === undefined)
    return { scenario: undefined, mistakes: sortMistakes(tree.mistakes), value: undefined, written: tree.written, file }
  const isEmpty = tree.value === null
  for (const override of overrides) applyOverride(tree, override)
  const mistakes = tree.mistakes
  let scenario: Scenario | undefined
  if (isEmpty)
    mistakes.push({ message: 'the scenario is empty', at: { file }, hint: 'a smallest one is `traffic: {}`' })
  else if (typeof tree.value !== 'object' || Array.isArray(tree.value))
    mistakes.push({ message: 'a scenario is a map of keys', at: { file, line: 1, column: 1 } })
  else {
    const parsed = scenarioSchema.safeParse(tree.value)
    if (parsed.success) scenario = parsed.data
    else {
      const known = new Set(mistakes.map(positionText))
      const found = mistakesOf(parsed.error.issues, tree.value, tree.written)
      mistakes.push(...found.filter(mistake => !known.has(positionText(mistake))))
    }
  }
  return {
    scenario: mistakes.length === 0 ? scenario : undefined,
    mistakes: sortMistakes(mistakes),
    value: tree.value,
    written: tree.written,
    file,
  }
}

function positionText({ at }: Mistake): string {
  return at ? describePosition(at) : ''
}

/** Mistakes in the order of the text, each once. */
export function sortMistakes(mistakes: readonly Mistake[]): Mistake[] {
  const seen = new Set<string>()
  return [...mistakes]
    .sort((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0))
    .filter(mistake => {
      const key = `${positionText(mistake)} ${mistake.message}`
      return seen.has(key) ? false : seen.add(key)
    })
}

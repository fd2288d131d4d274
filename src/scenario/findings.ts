import { nameHint } from '../lib/nearest-name.ts'
import { type Mistake, UserError } from '../lib/user-error.ts'
import { type Path, positionAt, type Written } from './written.ts'

/** Collects what is wrong or doubtful about a scenario, each at the position of its path. */
export interface Findings {
  readonly mistakes: Mistake[]
  readonly warnings: Mistake[]
  mistake(path: Path, message: string, hint?: string): void
  warn(path: Path, message: string, hint?: string): void
  /** Runs a look-up and notes the UserError that it may throw at a path; undefined then. */
  attempt<T>(path: Path, look: () => T): T | undefined
}

export function createFindings(written: ReadonlyMap<string, Written>): Findings {
  const mistakes: Mistake[] = []
  const warnings: Mistake[] = []
  const note = (list: Mistake[], path: Path, message: string, hint?: string): void => {
    const at = positionAt(written, path)
    const name = path.length === 0 ? '' : `${path.map(String).join('.')}: `
    list.push({ message: `${name}${message}`, ...(at ? { at } : {}), ...(hint ? { hint } : {}) })
  }
  return {
    mistakes,
    warnings,
    mistake: (path, message, hint) => note(mistakes, path, message, hint),
    warn: (path, message, hint) => note(warnings, path, message, hint),
    attempt(path, look) {
      try {
        return look()
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        for (const { message, hint } of error.mistakes) note(mistakes, path, message, hint)
        return undefined
      }
    },
  }
}

/** Index of a name in a list of names, with a mistake noted when it is none of them. */
export function indexOfName(
  names: readonly string[],
  name: string,
  noun: string,
  path: Path,
  findings: Findings,
): number {
  const index = names.indexOf(name)
  if (index < 0) findings.mistake(path, `unknown ${noun} "${name}"`, nameHint(name, names))
  return index
}

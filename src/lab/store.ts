import type { Atlas } from '../geo/atlas.ts'
import { type Mistake, UserError } from '../lib/user-error.ts'
import type { Plan } from '../scenario/plan.ts'
import type { LabRun } from './engine.ts'
import { planText } from './engine.ts'
import type { History } from './history.ts'
import { createHistory } from './history.ts'

/** What the page shows at the moment. The text is all that was chosen; everything else follows from it. */
export interface LabState {
  text: string
  /** The plan of the last text without mistakes. */
  plan: Plan
  mistakes: readonly Mistake[]
  run: LabRun | null
  /** Engine time of the run. */
  runMs: number
  isRunning: boolean
  /** The moment of the run that is looked at. */
  atMs: number
  /** Id of the PoP that is chosen on the map, or ''. */
  chosen: string
}

/** The one place where the page's state changes. */
export interface Store {
  readonly atlas: Atlas
  readonly history: History<string>
  get(): LabState
  /** Changes what is shown, not what is chosen. */
  show(part: Partial<Omit<LabState, 'text' | 'plan' | 'mistakes'>>): void
  /** Says what the engine found wrong with the text. */
  fault(mistakes: readonly Mistake[]): void
  /** Changes the scenario's text; changes with the same `group` in a row are undone at once. */
  edit(change: (text: string) => string, group?: string): void
  /** Calls back after each change, and says whether the scenario is another. */
  watch(listener: (state: LabState, isNewText: boolean) => void): void
}

/** A store that begins with a text. Throws UserError when that has mistakes. */
export function createStore(text: string, atlas: Atlas): Store {
  const history = createHistory(text)
  const listeners: ((state: LabState, isNewText: boolean) => void)[] = []
  let state: LabState = {
    text,
    plan: planText(text, atlas),
    mistakes: [],
    run: null,
    runMs: 0,
    isRunning: false,
    atMs: 0,
    chosen: '',
  }
  const tell = (isNewText: boolean): void => {
    for (const listener of listeners) listener(state, isNewText)
  }
  history.onChange(next => {
    state = { ...state, text: next, ...read(next, atlas, state.plan) }
    tell(true)
  })
  return {
    atlas,
    history,
    get: () => state,
    show(part) {
      state = { ...state, ...part }
      tell(false)
    },
    fault(mistakes) {
      state = { ...state, mistakes, isRunning: false }
      tell(false)
    },
    edit(change, group) {
      const next = change(state.text)
      if (next !== state.text) history.change(next, group)
    },
    watch: listener => void listeners.push(listener),
  }
}

function read(text: string, atlas: Atlas, before: Plan): Pick<LabState, 'plan' | 'mistakes'> {
  try {
    return { plan: planText(text, atlas), mistakes: [] }
  } catch (error) {
    if (error instanceof UserError) return { plan: before, mistakes: error.mistakes }
    return { plan: before, mistakes: [{ message: `the text could not be read: ${String(error)}` }] }
  }
}

/** Length of a plan's run, as far as it is known before it is run. */
export function durationOf({ traffic }: Plan): number {
  if (traffic.kind === 'trace') return 0
  return Math.min(traffic.durationMs, (traffic.requests / traffic.ratePerSecond) * 1000)
}

import type { AtlasTexts } from '../geo/atlas.ts'
import type { Mistake } from '../lib/user-error.ts'
import type { Plan } from '../scenario/plan.ts'
import type { LabRun, RaceLine } from './engine.ts'
import type { Journey, JourneyWish } from './journey.ts'
import type { OwnTrace } from './own-trace.ts'

/** What the page asks of the engine. */
export type EngineWish =
  | { kind: 'run'; plan: Plan; quick: boolean }
  | { kind: 'race'; text: string; policy: string }
  | { kind: 'journey'; text: string; wish: JourneyWish }

/** What comes back for each kind of wish. */
export interface EngineGift {
  run: LabRun
  race: RaceLine
  journey: Journey
}

/** What an engine begins with. */
export interface EngineStart {
  texts: AtlasTexts
  version: string
  /** The bytes of the compiled kernels; null: the engine does without. */
  kernels: ArrayBuffer | null
}

export type EngineMessage =
  | { type: 'start'; start: EngineStart }
  | { type: 'trace'; trace: OwnTrace }
  | { type: 'wish'; number: number; wish: EngineWish }

export type EngineReply =
  | { number: number; gift: EngineGift[keyof EngineGift]; ms: number }
  | { number: number; mistakes: readonly Mistake[] }

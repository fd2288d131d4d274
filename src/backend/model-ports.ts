import type { ObjectId } from '../cache/policy.ts'
import type { Clock, Ms } from '../lib/clock.ts'
import type { Answer, Version } from '../network/ask.ts'
import type { Health } from '../network/origin.ts'
import type { OpenAccount } from './account.ts'

/** What the model of an origin is given of the world around it. */
export interface ModelPorts {
  clock: Clock
  /** What is said of an object: the answer as it stands, without its time. It holds until the next call. */
  answerOf(id: ObjectId, now: Ms, held: Version): Answer
  pathOf(id: ObjectId): string
  methodOf(id: ObjectId): string
  health: Health
  open: OpenAccount
  /** Of the dice of this run. */
  seed: number
}

import type { Post } from '../lib/post.ts'
import { type Ask, bodyBytesOf, type Reply } from '../network/ask.ts'
import type { Leg } from '../network/wire.ts'
import type { World } from '../scenario/world.ts'
import type { MomentClock } from './moment-clock.ts'
import type { Partition } from './partition.ts'

/** What one thread needs to see to its PoPs, where others see to the rest and some ask across. */
export interface Share {
  partition: Partition
  self: number
  /** The way to the other threads; null where nobody asks across. */
  post: Post | null
}

/** 1 for each PoP of a share. */
export function ownOf({ partition, self }: Share): Uint8Array {
  return Uint8Array.from(partition.homeOf, thread => (thread === self ? 1 : 0))
}

/** The ways between PoPs of this thread and of others. */
export interface Away {
  /** How a PoP asks its parent, where that is seen to elsewhere; null where it is at home. */
  askFor(pop: number, parent: number, leg: Leg): Ask | null
  /** Hands over what was asked and answered since the last time. Answers come back at once, asks through the clock. */
  exchange(world: World): void
}

/** The first number of a letter that is an answer; asks have the PoP that is asked, from 0 on. */
const isAnswer = -1

/**
 * Asks and answers as letters between threads. An ask is under way longer than a window lasts, and so is an answer: what is handed over
 * at the end of a window is there in time.
 */
export function createAway({ partition: { homeOf }, self }: Share, post: Post, clock: MomentClock): Away {
  const replies: Reply[] = []
  const free: number[] = []
  const answer = { status: 200, bytes: 0.5, version: 0.5, ttlMs: 0.5, staleMs: 0.5, staleIfErrorMs: 0.5 }
  const legs: Leg[] = []

  function takeAnswer(letters: Float64Array, at: number): void {
    const number = letters[at + 1]!
    const reply = replies[number]!
    free.push(number)
    answer.status = letters[at + 2]!
    answer.bytes = letters[at + 3]!
    answer.version = letters[at + 4]!
    answer.ttlMs = letters[at + 5]!
    answer.staleMs = letters[at + 6]!
    answer.staleIfErrorMs = letters[at + 7]!
    clock.ms = letters[at + 8]!
    clock.order = letters[at + 9]!
    reply(answer, letters[at + 10]!)
  }

  function takeAsk(world: World, from: number, letters: Float64Array, at: number): void {
    const [parent, number, id, held] = [letters[at]!, letters[at + 1]!, letters[at + 2]!, letters[at + 3]!]
    const { oneWayMs, bytesPerMs } = legs[letters[at + 6]!]!
    const reply: Reply = (given, then) => {
      const place = post.write(from)
      const out = post.lettersTo(from)
      out[place] = isAnswer
      out[place + 1] = number
      out[place + 2] = given.status
      out[place + 3] = given.bytes
      out[place + 4] = given.version
      out[place + 5] = given.ttlMs
      out[place + 6] = given.staleMs
      out[place + 7] = given.staleIfErrorMs
      out[place + 8] = clock.ms
      out[place + 9] = clock.order
      out[place + 10] = then + oneWayMs + bodyBytesOf(given) / bytesPerMs
    }
    const sentMs = letters[at + 4]!
    clock.atMoment(sentMs + oneWayMs, sentMs, letters[at + 5]!, arrival =>
      world.pops[parent]!.ask(id, arrival, held, reply),
    )
  }

  return {
    askFor(pop, parent, leg) {
      legs[pop] = leg
      const home = homeOf[parent]!
      if (home === self) return null
      return (id, now, held, reply) => {
        const number = free.pop() ?? replies.length
        replies[number] = reply
        const place = post.write(home)
        const out = post.lettersTo(home)
        out[place] = parent
        out[place + 1] = number
        out[place + 2] = id
        out[place + 3] = held
        out[place + 4] = now
        out[place + 5] = clock.order
        out[place + 6] = pop
      }
    },
    exchange(world) {
      post.exchange((from, letters, at) => {
        if (letters[at] === isAnswer) takeAnswer(letters, at)
        else takeAsk(world, from, letters, at)
      })
    },
  }
}

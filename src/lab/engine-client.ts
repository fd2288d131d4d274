import { UserError } from '../lib/user-error.ts'
import type { EngineGift, EngineMessage, EngineReply, EngineStart, EngineWish } from './messages.ts'
import type { OwnTrace } from './own-trace.ts'

/** A gift, and how long the engine worked for it. */
export interface Granted<Gift> {
  gift: Gift
  ms: number
}

/** An engine in a worker. The newest wish wins: an older one that is still worked on is given up, and never answered. */
export interface Lane {
  ask<Wish extends EngineWish>(wish: Wish): Promise<Granted<EngineGift[Wish['kind']]>>
  /** Hands a trace to the engine, for scenarios that replay it. */
  open(trace: OwnTrace): void
  /** Gives up what is worked on. */
  stop(): void
}

/**
 * Starts a lane. `patient`: a wish under way is finished first, and only the newest of those that wait is kept, which suits short
 * ones that come fast; else the worker is ended and a new one takes its place.
 */
export function createLane(address: URL, begin: EngineStart, patient: boolean): Lane {
  let trace: OwnTrace | null = null
  /** Made when it is needed first, and again after it was ended. */
  let worker: Worker | null = null
  let number = 0
  let isBusy = false
  let current: { number: number; resolve: (granted: never) => void; reject: (error: Error) => void } | undefined
  let waiting: (() => void) | undefined

  function start(): Worker {
    const made = new Worker(address, { type: 'module', name: 'cdnlab engine' })
    made.addEventListener('message', ({ data }: MessageEvent<EngineReply>) => receive(data))
    made.addEventListener('error', ({ message }) =>
      receive({ number, mistakes: [{ message: `the engine could not work: ${message}` }] }),
    )
    const message: EngineMessage = { type: 'start', start: begin }
    made.postMessage(message)
    if (trace !== null) hand(made, trace)
    return made
  }

  function receive(reply: EngineReply): void {
    isBusy = false
    if (current?.number === reply.number) {
      const { resolve, reject } = current
      current = undefined
      if ('mistakes' in reply) reject(new UserError(reply.mistakes))
      else resolve({ gift: reply.gift, ms: reply.ms } as never)
    }
    const next = waiting
    waiting = undefined
    next?.()
  }

  function stop(): void {
    waiting = undefined
    current = undefined
    if (!isBusy) return
    worker?.terminate()
    worker = null
    isBusy = false
  }

  return {
    stop,
    open(own) {
      trace = own
      if (worker !== null) hand(worker, own)
    },
    ask(wish) {
      if (!patient) stop()
      return new Promise((resolve, reject) => {
        const send = (): void => {
          current = { number: ++number, resolve: resolve as never, reject }
          isBusy = true
          const message: EngineMessage = { type: 'wish', number, wish }
          worker ??= start()
          worker.postMessage(message)
        }
        if (isBusy) waiting = send
        else send()
      })
    },
  }
}

function hand(worker: Worker, trace: OwnTrace): void {
  const message: EngineMessage = { type: 'trace', trace }
  worker.postMessage(message)
}

import type { Ms } from '../lib/clock.ts'
import type { KeepAlive } from './keep-alive.ts'
import type { TokenBucket } from './token-bucket.ts'

/** One execution environment: it serves one event at a time and keeps what its module has learnt between events. */
export interface Environment {
  /** Counts up from 0 in its pool. */
  id: number
  /** Whether the event it serves now had to wait for its start. */
  cold: boolean
  /** Events given to it since it was loaded. */
  served: number
  /** Idle only: loaded from this time (later than now while a pre-warm window runs) until the next. */
  warmFrom: Ms
  warmUntil: Ms
}

/** Why an event gets no environment: all that the function may have are busy, or it grows faster than the platform lets it. */
export type Throttle = 'concurrency' | 'ramp'

export interface PoolOptions {
  /** Greatest number of environments that serve at once; Infinity for no limit. */
  concurrency: number
  /**
   * A token for every environment that starts. AWS gives each function 1,000 in 10 seconds.
   * Source: AWS Lambda Developer Guide, "Understanding Lambda function scaling", concurrency scaling rate.
   */
  ramp: TokenBucket
  keepAlive: KeepAlive
  /** Told of environments that come and go without an event: where there are real ones, this is the time to start and to stop them. */
  loaded(environment: Environment): void
  unloaded(environment: Environment): void
}

/** The ramp of AWS: so many environments at once, and so many more every second. */
export const usualRamp = { environments: 1000, perSecond: 100 }
/** For pools in virtual time, whose environments are nothing but numbers. */
export const unwatched = { loaded: () => undefined, unloaded: () => undefined }

/** What happened so far. `idleMs` is the time that loaded environments waited: what keeping alive costs in memory. */
export interface PoolCounts {
  cold: number
  warm: number
  throttled: number
  busy: number
  idleMs: Ms
}

/**
 * The environments of one function. Time is a parameter and never goes back; nothing happens between two calls that the next one
 * does not make up for. Of several warm environments the one that was used last serves, so that the others can go.
 */
export class EnvironmentPool {
  readonly counts: PoolCounts = { cold: 0, warm: 0, throttled: 0, busy: 0, idleMs: 0 }
  readonly #options: PoolOptions
  /** Those without an event, the last used at the end; some of them wait unloaded for their pre-warm time. */
  readonly #idle: Environment[] = []
  readonly #loads = new Set<Environment>()
  #made = 0
  #idleSince: Ms | undefined
  #dueAt: Ms = Number.POSITIVE_INFINITY

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** When `settle` has something to do next; Infinity when nothing waits. */
  get dueAt(): Ms {
    return this.#dueAt
  }

  /** Environments loaded at this time, with and without an event. */
  loadedAt(now: Ms): number {
    let warm = 0
    for (const { warmFrom, warmUntil } of this.#idle) if (warmFrom <= now && now < warmUntil) warm++
    return this.counts.busy + warm
  }

  /** An environment for an event, warm or cold, or why there is none. Give it back with `release` or `discard`. */
  acquire(now: Ms): Environment | Throttle {
    const { counts } = this
    if (now >= this.#dueAt) this.settle(now)
    if (counts.busy >= this.#options.concurrency) {
      counts.throttled++
      return 'concurrency'
    }
    const environment = this.#takeWarm(now) ?? this.#start(now)
    if (environment === undefined) {
      counts.throttled++
      return 'ramp'
    }
    if (this.#idleSince !== undefined) this.#options.keepAlive.paused(now - this.#idleSince)
    this.#idleSince = undefined
    environment.served++
    counts.busy++
    return environment
  }

  /** The event is done; the environment waits for the next one as long as the policy says. */
  release(environment: Environment, now: Ms): void {
    this.#end(now)
    const { preWarmMs, keepAliveMs } = this.#options.keepAlive.windows()
    environment.warmFrom = now + preWarmMs
    environment.warmUntil = environment.warmFrom + keepAliveMs
    if (preWarmMs > 0 || keepAliveMs <= 0) {
      environment.served = 0
      this.#options.unloaded(environment)
    }
    if (keepAliveMs <= 0) return
    if (preWarmMs > 0) this.#loads.add(environment)
    this.#idle.push(environment)
    this.#dueAt = Math.min(this.#dueAt, preWarmMs > 0 ? environment.warmFrom : environment.warmUntil)
  }

  /** The event broke its environment (a crash, a limit): it is gone, and nothing is told, since who discards it knows. */
  discard(_environment: Environment, now: Ms): void {
    this.#end(now)
  }

  /** An environment without an event is gone by itself; nothing is told. */
  lose(environment: Environment, now: Ms): void {
    const at = this.#idle.indexOf(environment)
    if (at < 0) return
    this.#idle.splice(at, 1)
    this.#loads.delete(environment)
    this.counts.idleMs += Math.max(0, now - environment.warmFrom)
  }

  /** Loads and unloads what is due. Whoever keeps real environments calls it at `dueAt`; in virtual time the next event does. */
  settle(now: Ms): void {
    let due = Number.POSITIVE_INFINITY
    let kept = 0
    for (const environment of this.#idle) {
      const { warmFrom, warmUntil } = environment
      if (this.#loads.has(environment) && warmFrom <= now) {
        this.#loads.delete(environment)
        if (now < warmUntil) this.#options.loaded(environment)
        else {
          this.counts.idleMs += warmUntil - warmFrom
          continue
        }
      }
      if (now >= warmUntil) {
        this.counts.idleMs += warmUntil - warmFrom
        this.#options.unloaded(environment)
        continue
      }
      due = Math.min(due, warmFrom > now ? warmFrom : warmUntil)
      this.#idle[kept++] = environment
    }
    this.#idle.length = kept
    this.#dueAt = due
  }

  #takeWarm(now: Ms): Environment | undefined {
    for (let at = this.#idle.length - 1; at >= 0; at--) {
      const environment = this.#idle[at]!
      if (environment.warmFrom > now) continue
      this.#idle.splice(at, 1)
      this.counts.idleMs += now - environment.warmFrom
      this.counts.warm++
      environment.cold = false
      return environment
    }
    return undefined
  }

  #start(now: Ms): Environment | undefined {
    if (!this.#options.ramp.take(now)) return undefined
    this.counts.cold++
    // The event came before the pre-warm time of an unloaded one: that one starts now, cold, and not again later.
    const early = this.#idle.pop()
    if (early === undefined) return { id: this.#made++, cold: true, served: 0, warmFrom: now, warmUntil: now }
    this.#loads.delete(early)
    early.cold = true
    return early
  }

  #end(now: Ms): void {
    this.counts.busy--
    if (this.counts.busy === 0) this.#idleSince = now
  }
}

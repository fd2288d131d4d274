/**
 * What every sandbox runs first, as text for its own engine. It takes the script, wrapped as a function that gives back its
 * handler, and where its lines go; it gives back `run(event, now, seed)` and `settled()`.
 *
 * The script is evaluated anew for every event and everything global is frozen, so that no event can see what another one left
 * behind. There is no clock and no dice: the time stands still during a run, and random numbers follow from the seed.
 */
export const sandboxText = `((make, write) => {
  'use strict'
  const { parse, stringify } = JSON
  const RealDate = Date
  let now = 0
  let state = 1
  function Clock(...given) {
    if (!new.target) return new RealDate(now).toString()
    return Reflect.construct(RealDate, given.length ? given : [now], new.target)
  }
  Clock.prototype = RealDate.prototype
  Clock.now = () => now
  Clock.parse = RealDate.parse
  Clock.UTC = RealDate.UTC
  RealDate.prototype.constructor = Clock
  globalThis.Date = Clock
  Math.random = () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0
    return ((state ^ (state >>> 12)) >>> 0) / 4294967296
  }
  const show = value => {
    if (typeof value === 'string') return value
    try {
      return stringify(value) ?? String(value)
    } catch {
      return String(value)
    }
  }
  const log = (...values) => write(values.map(show).join(' '))
  globalThis.console = { log, info: log, warn: log, error: log, debug: log }
  const seen = new Set()
  const freeze = value => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return
    seen.add(value)
    for (const key of Reflect.ownKeys(value)) {
      const { value: held, get, set } = Reflect.getOwnPropertyDescriptor(value, key)
      freeze(held)
      freeze(get)
      freeze(set)
    }
    freeze(Reflect.getPrototypeOf(value))
    Object.freeze(value)
  }
  freeze(globalThis)
  for (const value of [function* () {}, async () => {}, async function* () {}, [].values(), ''[Symbol.iterator](), new Map().values(), new Set().values(), 'a'.matchAll(/a/g)])
    freeze(Reflect.getPrototypeOf(value))
  let end
  const keep = value => {
    try {
      end = stringify(value) ?? 'null'
    } catch (error) {
      if (error instanceof InternalError) throw error
      end = 'null'
    }
  }
  return {
    run(text, at, seed) {
      now = at
      state = seed | 1
      end = undefined
      let failure
      const returned = make()(parse(text))
      if (returned instanceof Promise)
        returned.then(keep).then(undefined, error => {
          failure = { error }
        })
      else keep(returned)
      this.failure = () => failure
      return end
    },
    settled() {
      const failure = this.failure()
      if (failure) throw failure.error
      return end
    },
  }
})`

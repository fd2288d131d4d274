import { availableParallelism } from 'node:os'

/** Lets so many environments load at once as there are processors; the others wait for their turn, first come first served. */
export interface StartGate {
  /** Calls `begin` when there is room. Whoever has begun calls `leave` once. */
  enter(begin: () => void): void
  leave(): void
}

/** Threads that all start at the same moment make each other slow, until every one of them is too late. */
export function createStartGate(places = Math.max(2, availableParallelism())): StartGate {
  const waiting: (() => void)[] = []
  let taken = 0
  let isLetting = false
  /** Whoever begins may leave at once; then the next one begins from here, and not from inside of him. */
  const letIn = (): void => {
    if (isLetting) return
    isLetting = true
    while (taken < places && waiting.length > 0) {
      taken++
      waiting.shift()!()
    }
    isLetting = false
  }
  return {
    enter(begin) {
      waiting.push(begin)
      letIn()
    },
    leave() {
      taken--
      letIn()
    },
  }
}

/** Milliseconds of a run's own time, from its beginning. */
export type Ms = number

/** Whoever can be told to do something at a time: virtual in a simulation, the wall's in live mode. */
export interface Clock {
  at(time: Ms, task: (now: Ms) => void): void
}

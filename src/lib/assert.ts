/** Throws when a condition of our own making does not hold: a bug, never a person's mistake (those are `UserError`). */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message)
}

/** A broken promise of the program itself; the door `cli/main` ends with exit code 70. */
export class AssertionFailure extends Error {
  constructor(message: string) {
    super(`assertion failed: ${message}`)
    this.name = 'AssertionFailure'
  }
}

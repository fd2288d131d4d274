/** Waits until so many bytes are free and takes them; what it answers gives them back. */
export type MemoryGate = (bytes: number) => Promise<() => void>

/** Lets as many through as fit, in the order in which they came. One that is larger than everything goes alone. */
export function createMemoryGate(mostBytes: number): MemoryGate {
  const waiting: { bytes: number; enter: () => void }[] = []
  let taken = 0

  function letIn(): void {
    while (waiting.length > 0 && (taken === 0 || taken + waiting[0]!.bytes <= mostBytes)) {
      const { bytes, enter } = waiting.shift()!
      taken += bytes
      enter()
    }
  }

  return bytes =>
    new Promise(resolve => {
      const leave = (): void => {
        taken -= bytes
        letIn()
      }
      waiting.push({ bytes, enter: () => resolve(leave) })
      letIn()
    })
}

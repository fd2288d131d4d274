/** A value that changes by steps which can be taken back. Small values are kept whole. */
export interface History<Value> {
  current(): Value
  /** Takes a step. Steps with the same `group` in a row are one: a slider that is dragged is undone at once. */
  change(value: Value, group?: string): void
  undo(): void
  redo(): void
  canUndo(): boolean
  canRedo(): boolean
  /** Calls back after every step, undo and redo. */
  onChange(listener: (value: Value) => void): void
}

const longest = 500

/** A history that begins with a value. */
export function createHistory<Value>(first: Value): History<Value> {
  let steps: Value[] = [first]
  let position = 0
  let lastGroup: string | undefined
  const listeners: ((value: Value) => void)[] = []
  const tell = (): void => {
    for (const listener of listeners) listener(steps[position]!)
  }
  const moveTo = (target: number): void => {
    if (target < 0 || target >= steps.length) return
    position = target
    lastGroup = undefined
    tell()
  }
  return {
    current: () => steps[position]!,
    change(value, group) {
      const joins = group !== undefined && group === lastGroup && position === steps.length - 1 && position > 0
      steps = steps.slice(0, joins ? position : position + 1)
      steps.push(value)
      if (steps.length > longest) steps.shift()
      position = steps.length - 1
      lastGroup = group
      tell()
    },
    undo: () => moveTo(position - 1),
    redo: () => moveTo(position + 1),
    canUndo: () => position > 0,
    canRedo: () => position < steps.length - 1,
    onChange: listener => {
      listeners.push(listener)
    },
  }
}

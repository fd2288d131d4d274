/** The known name closest to a misspelt one, or undefined when none is close: at most a third of the letters differ. */
export function nearestName(wrong: string, known: Iterable<string>): string | undefined {
  const typed = wrong.toLowerCase()
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(Math.max(typed.length, 3) / 3)) + 1
  for (const name of known) {
    const distance = editDistance(typed, name.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

/** A hint such as `did you mean "sieve"?`, or the whole list when nothing is near. */
export function nameHint(wrong: string, known: Iterable<string>): string {
  const names = [...known]
  const near = nearestName(wrong, names)
  if (near !== undefined) return `did you mean "${near}"?`
  if (names.length === 0) return 'none is known'
  const shown = names.slice(0, 12)
  return `known: ${shown.join(', ')}${names.length > shown.length ? `, and ${names.length - shown.length} more` : ''}`
}

/** Optimal string alignment distance (insert, delete, replace, swap neighbours), cut off at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        cost = Math.min(cost, beforeLast[column - 2]! + 1)
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return Math.min(limit, last[b.length]!)
}

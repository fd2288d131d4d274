export async function runCell({ kind, value }) {
  if (kind === 'double') return value * 2
  if (kind === 'throw') throw new Error(`cell ${value} is broken`)
  if (kind === 'throw-null') throw null
  if (kind === 'exit') process.exit(3)
  if (kind === 'hang') for (;;);
  if (kind === 'memory') {
    const kept = []
    for (;;) kept.push(new Array(10_000).fill(kept.length))
  }
}

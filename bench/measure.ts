/** Something that is measured: each call does `work` units of it. */
export interface Contestant {
  name: string
  work: number
  run(): void
}

export interface Measured {
  name: string
  /** Units of work in a second of CPU time: the median of the rounds. */
  perCpuSecond: number
  /** Nanoseconds of CPU time a unit. */
  ns: number
  /** How far the rounds lie apart: (slowest - fastest) / median. */
  spread: number
  /** The same in units of the calibration loop, so that machines and hours can be compared. */
  loops: number
}

/** Steps of the calibration loop in one run: a chain of multiplications that no compiler can shorten. */
const calibrationSteps = 20_000_000
let sink = 1

/**
 * Measures contestants in rounds that alternate, A B A B, by the process's own CPU time: what else the machine does costs all of
 * them alike. The first round is not counted: the compiler is still at work in it. A calibration loop runs in each round beside them.
 */
export function measure(contestants: readonly Contestant[], rounds = 5): Measured[] {
  const calibration: Contestant = {
    name: 'calibration loop',
    work: calibrationSteps,
    run() {
      for (let step = 0; step < calibrationSteps; step++) sink = Math.imul(sink, 0x9e3779b1) ^ (sink >>> 15)
    },
  }
  const all = [calibration, ...contestants]
  const times = all.map((): number[] => [])
  for (let round = 0; round <= rounds; round++)
    all.forEach((contestant, index) => {
      const before = process.cpuUsage()
      contestant.run()
      const { user, system } = process.cpuUsage(before)
      if (round > 0) times[index]!.push((user + system) / 1e6)
    })
  const nsOf = (index: number): number => (median(times[index]!) / all[index]!.work) * 1e9
  return all.map(({ name }, index) => ({
    name,
    perCpuSecond: 1e9 / nsOf(index),
    ns: nsOf(index),
    spread: (Math.max(...times[index]!) - Math.min(...times[index]!)) / median(times[index]!),
    loops: nsOf(index) / nsOf(0),
  }))
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}

/** A table for a terminal: the first column to the left, the others to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map(row => row[column]!.length)))
  for (const row of all)
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
}

/** A rate for people: millions with two digits after the point, or thousands. */
export function formatRate(perSecond: number): string {
  return perSecond >= 1e6 ? `${(perSecond / 1e6).toFixed(2)} M/s` : `${(perSecond / 1e3).toFixed(1)} k/s`
}

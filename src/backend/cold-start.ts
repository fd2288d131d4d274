import type { Quantiles } from './quantiles.ts'

/** How long a runtime needs from an empty environment to a handler that can be called. */
export interface ColdStart {
  name: string
  title: string
  /** Milliseconds of initialising, a handler that does nothing, without placement. */
  initMs: Quantiles
}

/**
 * From the event to an environment that begins to initialise: finding a host and putting the code there. No vendor reports it
 * apart, so it is an assumption, and an option of every function.
 */
export const placementMs = 50

/**
 * Initialising of handlers that do nothing, on x86-64. Assumed: nobody has measured exactly these. Near them lies Node.js 18 in 256 MB with
 * a mean of 171 to 182 ms, nine of ten below 197 ms, at most 251 ms. Functions at work need more: 200 to 350 ms for half of the Node.js 22 ones
 * and 0.6 to 1 s for one of a hundred, 200 to 400 ms for Python 3.13, 2 to 5 s for Java 21 without snapshots.
 * Source: A. Tanasa, Lambda Cold Starts Benchmark 2023, gist d9cb9f7313f985f180c0aec98e482f2b, archives of up to 256 kB, 100 starts each;
 * E. Johnson, Cold Starts Are Dead, edjgeek.com/blog/lambda-cold-starts-dead, 2026.
 */
export const coldStarts: readonly ColdStart[] = [
  row('nodejs22', 'Node.js 22, zip archive', 142, 169, 217),
  row('nodejs22-image', 'Node.js 22, container image', 292, 551, 801),
  row('python313', 'Python 3.13, zip archive', 100, 123, 177),
  row('java21', 'Java 21, zip archive', 251, 289, 569),
]

function row(name: string, title: string, p50: number, p90: number, p99: number): ColdStart {
  return {
    name,
    title,
    initMs: [
      [0.5, p50],
      [0.9, p90],
      [0.99, p99],
    ],
  }
}

import type { KernelColumn } from '../kernels/columns.ts'
import type { WorldKernel } from '../kernels/world-kernel.ts'
import type { Tally } from '../stats/tally.ts'
import type { Timeline } from '../stats/timeline.ts'

/** The counts of a kernel, and how they come into the run's own. */
export interface KernelTally {
  /** From now on it is counted in the tally that is current: from zero, when that is another one. */
  countIn(): void
  /** Writes what was counted until now into the run's tally and timeline. */
  publish(): void
}

const columnsOfTally = [
  'requests',
  'bytes',
  'reasons',
  'places',
  'behaviors',
  'latency',
  'direct',
  'saved',
  'lost',
  'sums',
] as const
const columnsOfTimeline = ['requests', 'hits', 'stale', 'originAsks', 'latency'] as const

type Cells = Float64Array | Uint32Array

export function createKernelTally(kernel: WorldKernel, tally: { current: Tally }, timeline: Timeline): KernelTally {
  const columnLike = (cells: Cells): KernelColumn<Cells> =>
    cells instanceof Float64Array ? kernel.column(Float64Array, cells.length) : kernel.column(Uint32Array, cells.length)
  let counted = tally.current
  const ofTally = columnsOfTally.map(name => columnLike(counted[name]))
  const times = timeline.columns()
  const ofTimeline = columnsOfTimeline.map(name => columnLike(times[name]))
  kernel.setTally(...(ofTally.map(({ at }) => at) as Parameters<WorldKernel['setTally']>))
  const [requests, hits, stale, originAsks, latency] = ofTimeline.map(({ at }) => at)
  kernel.setTimeline(timeline.steps, timeline.stepMs, requests!, hits!, stale!, originAsks!, latency!)
  return {
    countIn() {
      if (counted === tally.current) return
      counted = tally.current
      for (const { view } of ofTally) view.fill(0)
    },
    publish() {
      for (const [index, name] of columnsOfTally.entries()) counted[name].set(ofTally[index]!.view)
      for (const [index, name] of columnsOfTimeline.entries()) times[name].set(ofTimeline[index]!.view)
    },
  }
}

import { readSharedTrace, type SharedTrace } from '../files/trace-source.ts'
import type { Mistake } from '../lib/user-error.ts'
import { planOfCell } from './cell-plan.ts'
import type { CellTask } from './cell-task.ts'

/** While some workers are at the last cells of one trace, others begin with the next. */
export const tracesKept = 2

/**
 * Gives tasks their traces, each read once for all threads of this machine. Neighbouring cells mostly replay the same one, so the last two
 * are kept. What a trace lacks is told once. Throws UserError where one cannot be read, for each cell that needs it.
 */
export function createTraceSharing(
  tell: (warnings: readonly Mistake[]) => void = () => undefined,
): (task: CellTask) => Promise<CellTask> {
  const told = new Set<string>()
  const tellOnce = (warnings: readonly Mistake[]): void => {
    const fresh = warnings.filter(({ message }) => !told.has(message))
    for (const { message } of fresh) told.add(message)
    tell(fresh)
  }
  let kept: { reading: string; shared: Promise<SharedTrace> }[] = []
  return async task => {
    if (task.trace === undefined) return task
    const { reading } = task.trace
    let trace = kept.find(known => known.reading === reading)
    trace ??= { reading, shared: readSharedTrace(planOfCell(task), task.trace.path, tellOnce) }
    kept = [trace, ...kept.filter(known => known !== trace)].slice(0, tracesKept)
    return { ...task, shared: await trace.shared }
  }
}

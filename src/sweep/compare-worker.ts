import { loadPlugins } from '../files/plugins.ts'
import { type CompareOutcome, type CompareTask, runCell as run } from './compare-task.ts'

/** Runs one cell. A thread begins with the house's own registries. */
export async function runCell(task: CompareTask): Promise<CompareOutcome> {
  await loadPlugins()
  return run(task)
}

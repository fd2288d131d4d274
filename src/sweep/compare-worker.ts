import { loadPlugins } from '../files/plugins.ts'

// A worker thread begins with the house's own registries.
await loadPlugins()

export { runCell } from './compare-task.ts'

import { statSync } from 'node:fs'
import { basename } from 'node:path'

/** A module's twin under dist/quick: the build has put all that it needs into that one file. */
export function quickTwin(module: URL): URL {
  return new URL(`../quick/${basename(module.pathname, '.js')}.cjs`, import.meta.url)
}

/**
 * The module that a thread starts with: its twin, which loads in a fraction of the time, or itself where no build has made one since it was
 * compiled. Sources that run uncompiled have no twin.
 */
export function threadModule(module: URL): URL {
  const twin = quickTwin(module)
  return isNewest(twin) ? twin : module
}

/** Whether a bundle was written after the modules that went into it. */
export function isNewest(bundle: URL): boolean {
  return changed(bundle) > changed(new URL('../.tsbuildinfo', import.meta.url))
}

/** When a file was written; -1 for one that is not there. */
function changed(file: URL): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -1
}

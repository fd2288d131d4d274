import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Script } from 'node:vm'

type Program = typeof import('./program.ts')

/** Commands that are run so often, and so shortly, that their start counts. */
export const cachedCommands: readonly string[] = ['compare', 'mrc', 'trace']

/**
 * A program that was put into one file, of which V8 need not compile what is `compiled`. Undefined when another V8 did that, or the same with
 * other options.
 */
export function openProgram(bundle: URL, compiled?: Buffer): { script: Script; program: Program } | undefined {
  const source = readFileSync(bundle, 'latin1')
  const script = new Script(`(function (require, module, bundleUrl, bundleImport) {${source}\n})`, {
    filename: bundle.pathname,
    ...(compiled ? { cachedData: compiled } : {}),
  })
  if (script.cachedDataRejected) return undefined
  const module = { exports: {} as Program }
  // Code that was compiled before has lost who imports modules for it: it asks this one.
  script.runInThisContext()(createRequire(bundle), module, bundle.href, (name: string) => import(name))
  return { script, program: module.exports }
}

/** The program as the build compiled it, or undefined where it has not, or for another Node.js. */
export function openCompiledProgram(bundle: URL): Program | undefined {
  try {
    return openProgram(bundle, readFileSync(compiledFile(bundle)))?.program
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Where the compiled code of a program lies. */
export function compiledFile(bundle: URL): URL {
  return new URL(`${bundle.href}.compiled`)
}

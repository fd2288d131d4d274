#!/usr/bin/env node
import { statSync } from 'node:fs'
import { enableCompileCache } from './compile-cache.ts'
import { endWithoutOutput } from './failures.ts'

enableCompileCache()
endWithoutOutput()
const { main } = (await import(programFile())) as typeof import('./program.ts')
process.exitCode = await main(process.argv.slice(2))

/** The program in few files, which start quickly, or module by module, where a compiler wrote those later. */
function programFile(): string {
  const bundle = new URL('../quick/program.js', import.meta.url)
  const wroteModules = changed(new URL('../.tsbuildinfo', import.meta.url))
  return changed(bundle) > wroteModules ? bundle.href : new URL('./program.js', import.meta.url).href
}

/** When a file was written; -1 for one that is not there. */
function changed(file: URL): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -1
}

#!/usr/bin/env node
import { isNewest } from '../files/quick.ts'
import { cachedCommands, openCompiledProgram } from './cached-program.ts'
import { enableCompileCache } from './compile-cache.ts'
import { endWithoutOutput } from './failures.ts'

enableCompileCache()
endWithoutOutput()
const words = process.argv.slice(2)
const { main } = compiledProgram(words[0]) ?? ((await import(programFile())) as typeof import('./program.ts'))
process.exitCode = await main(words)

/** The program as the build compiled it, where its start counts. */
function compiledProgram(command = ''): typeof import('./program.ts') | undefined {
  const bundle = new URL('../quick/compare.cjs', import.meta.url)
  return cachedCommands.includes(command) && isNewest(bundle) ? openCompiledProgram(bundle) : undefined
}

/** The program in few files, which start quickly, or module by module, where a compiler wrote those later. */
function programFile(): string {
  const bundle = new URL('../quick/program.js', import.meta.url)
  return isNewest(bundle) ? bundle.href : new URL('./program.js', import.meta.url).href
}

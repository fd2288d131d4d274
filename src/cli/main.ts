#!/usr/bin/env node
import { enableCompileCache } from './compile-cache.ts'
import { hushBrokenPipes } from './failures.ts'

enableCompileCache()
hushBrokenPipes()
const { main } = await import('./program.ts')
process.exitCode = await main(process.argv.slice(2))

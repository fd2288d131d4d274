import { type EdgeEngine, edgeLimits } from '../../backend/edge-hooks.ts'
import { assert } from '../../lib/assert.ts'
import { createSandbox, type Script } from './sandbox.ts'

const keptLines = 100
const lineLetters = 1000

/**
 * The engine for a scenario's edge scripts: QuickJS in WebAssembly, loaded when first needed, one sandbox for each script. Code in
 * it reaches nothing of the host: no files, no sockets, no clock, no dice. Throws UserError for scripts with mistakes.
 */
export async function createEdgeEngine(scripts: readonly Script[], limits = edgeLimits): Promise<EdgeEngine> {
  const { newQuickJSWASMModule } = await import('quickjs-emscripten')
  const quickjs = await newQuickJSWASMModule()
  const lines = new Map<string, string[]>()
  const sandboxes = new Map(
    scripts.map(script => {
      const kept: string[] = []
      lines.set(script.name, kept)
      const write = (line: string): void => {
        kept.push(line.slice(0, lineLetters))
        if (kept.length > keptLines) kept.shift()
      }
      return [script.name, createSandbox(quickjs, script, limits, write)] as const
    }),
  )
  return {
    run(name, event, now) {
      const sandbox = sandboxes.get(name)
      assert(sandbox, `edge code "${name}" is known`)
      return sandbox.run(event, now)
    },
    linesOf: name => lines.get(name) ?? [],
    dispose() {
      for (const sandbox of sandboxes.values()) sandbox.dispose()
      sandboxes.clear()
    },
  }
}

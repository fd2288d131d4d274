import { parseAtlas } from '../geo/atlas.ts'
import { UserError } from '../lib/user-error.ts'
import { type Bench, createBench, raceOne, runInLab } from './engine.ts'
import { followOne } from './journey.ts'
import type { EngineMessage, EngineReply, EngineWish } from './messages.ts'
import { createTraceReader } from './own-trace.ts'

// The engine in a worker of its own: it grants one wish after the other, and knows nothing of the page.

let bench: Bench | undefined

self.addEventListener('message', ({ data }: MessageEvent<EngineMessage>) => {
  if (data.type === 'start') {
    const { texts, version, kernels } = data.start
    bench = createBench(parseAtlas(texts), version, kernels && compile(kernels))
    return
  }
  if (data.type === 'trace') {
    bench = { ...bench!, readTrace: createTraceReader(data.trace) }
    return
  }
  const begun = performance.now()
  let reply: EngineReply
  try {
    const gift = grant(data.wish, bench!)
    reply = { number: data.number, gift, ms: performance.now() - begun }
  } catch (error) {
    const mistakes = error instanceof UserError ? error.mistakes : [{ message: `the engine failed: ${String(error)}` }]
    reply = { number: data.number, mistakes }
  }
  self.postMessage(reply)
})

/** A browser that does not know what the kernels need, or must not compile, runs without. */
function compile(bytes: ArrayBuffer): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(bytes)
  } catch {
    return null
  }
}

function grant(wish: EngineWish, on: Bench) {
  if (wish.kind === 'run') return runInLab(wish.plan, on, wish.quick)
  return wish.kind === 'race' ? raceOne(wish.text, on, wish.policy) : followOne(wish.text, on, wish.wish)
}

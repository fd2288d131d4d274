import { type Atlas, parseAtlas } from '../geo/atlas.ts'
import { UserError } from '../lib/user-error.ts'
import { raceOne, runText } from './engine.ts'
import { followOne } from './journey.ts'
import type { EngineMessage, EngineReply, EngineWish } from './messages.ts'

// The engine in a worker of its own: it grants one wish after the other, and knows nothing of the page.

let atlas: Atlas | undefined
let version = ''

self.addEventListener('message', ({ data }: MessageEvent<EngineMessage>) => {
  if (data.type === 'atlas') {
    atlas = parseAtlas(data.texts)
    version = data.version
    return
  }
  const begun = performance.now()
  let reply: EngineReply
  try {
    const gift = grant(data.wish, atlas!)
    reply = { number: data.number, gift, ms: performance.now() - begun }
  } catch (error) {
    const mistakes = error instanceof UserError ? error.mistakes : [{ message: `the engine failed: ${String(error)}` }]
    reply = { number: data.number, mistakes }
  }
  self.postMessage(reply)
})

function grant(wish: EngineWish, world: Atlas) {
  if (wish.kind === 'run') return runText(wish.text, world, wish.quick, version)
  return wish.kind === 'race' ? raceOne(wish.text, world, wish.policy) : followOne(wish.text, world, wish.wish)
}

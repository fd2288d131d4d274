import { afterEach, describe, expect, it } from 'vitest'
import { createWatchedEngine, type WatchedEngine } from '#cdnlab/services/edge/watched-engine.js'
import { hookEvent } from '../../src/backend/edge-event.ts'
import type { HookEvent } from '../../src/backend/edge-hooks.ts'
import { createEdgeEngine } from '../../src/services/edge/engine.ts'

const engines: WatchedEngine[] = []
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close()
})

async function engineOf(code: string, patienceMs?: number): Promise<WatchedEngine> {
  const script = { name: 'hook', file: 'hook.js', code }
  const engine = await createWatchedEngine([script], patienceMs === undefined ? {} : { patienceMs })
  engines.push(engine)
  return engine
}

function eventOf(target: string): HookEvent {
  return hookEvent('viewer-request', {
    requestId: 'r1',
    ip: '192.0.2.1',
    request: { method: 'GET', target, fields: ['Host', 'shop.example', 'Accept', 'text/html'] },
  })
}

/** Calls of built-ins that take minutes, each one step for the engine. */
const stuck = {
  'the search for a long text': `'a'.repeat(400000).indexOf('a'.repeat(200000) + 'b')`,
  'a walk over nothing': `Array.prototype.forEach.call({ length: 2 ** 53 - 1 }, function () {})`,
  'the last of nothing': `Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)`,
}

describe('edge scripts in threads', () => {
  it('give what the engine gives without a thread, in the order in which they are asked', async () => {
    const code = `function handler({ request }) {
      if (request.uri === '/thrown') throw new Error('no')
      if (request.uri === '/loop') for (;;) {}
      request.headers['x-uri'] = { value: request.uri }
      return request
    }`
    const plain = await createEdgeEngine([{ name: 'hook', file: 'hook.js', code }])
    const engine = await engineOf(code)
    const events = ['/a', '/thrown', '/b?x=1', '/loop', '/a'].map(eventOf)
    const ends: number[] = []
    const outcomes = await Promise.all(
      events.map(async (event, index) => {
        const outcome = await engine.run('hook', event, 1000)
        ends.push(index)
        return outcome
      }),
    )
    expect(outcomes).toEqual(events.map(event => plain.run('hook', event, 1000)))
    expect(ends).toEqual([0, 1, 2, 3, 4])
    plain.dispose()
  })

  it('with mistakes are told before they are asked', async () => {
    await expect(engineOf('function handle() {}')).rejects.toThrow(/hook.js: .*no function named "handler"/)
  })

  it.each(Object.entries(stuck))('that are stuck in %s fail alone, and hold up nobody', async (_, call) => {
    const engine = await engineOf(
      `function handler({ request }) { if (request.uri === '/stuck') ${call}; return request }`,
      150,
    )
    let turns = 0
    const ticks = setInterval(() => turns++, 5)
    const uris = ['/before', '/stuck', '/behind', '/stuck', '/last']
    const outcomes = await Promise.all(uris.map(uri => engine.run('hook', eventOf(uri), 0)))
    clearInterval(ticks)
    expect(outcomes.map(({ kind }) => kind)).toEqual(['request', 'failed', 'request', 'failed', 'request'])
    expect(outcomes[1]).toEqual({ kind: 'failed', status: 503, message: 'the function took too long' })
    // Whoever waits goes on with other things meanwhile.
    expect(turns).toBeGreaterThan(5)
  })

  it('let no more than a thousand events wait', async () => {
    const engine = await engineOf(
      `function handler({ request }) { if (request.uri === '/stuck') ${stuck['a walk over nothing']}; return request }`,
      100,
    )
    const asked = Array.from({ length: 1200 }, (_, index) =>
      engine.run('hook', eventOf(index === 0 ? '/stuck' : '/'), 0),
    )
    const kinds = (await Promise.all(asked)).map(({ kind }) => kind)
    expect(kinds.filter(kind => kind === 'failed')).toHaveLength(201)
  })
})

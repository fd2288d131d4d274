import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hookEvent } from '../../src/backend/edge-event.ts'
import type { HookRunner } from '../../src/services/edge/hook-runner.ts'
import { createHookRunner } from '../../src/services/edge/hook-runner.ts'
import { functionPlan, functionsOf } from './function-plan.ts'

const functions = functionsOf([
  ...['request', 'response', 'wrong'].map(name => functionPlan(name, `edge.mjs#${name}`)),
  functionPlan('throws', 'hostile.mjs#throwsNull'),
  functionPlan('busy', 'edge.mjs#request', { concurrency: 0 }),
])
const names = functions.names()
let runner: HookRunner

beforeAll(async () => {
  const script = {
    name: 'script',
    kind: 'script' as const,
    file: 'a.js',
    code: 'function handler(e) { return e.request }',
  }
  const plans = names.map(name => ({ name, kind: 'function' as const, function: name }))
  runner = await createHookRunner({ plans: [script, ...plans], functions })
})
afterAll(async () => {
  runner.dispose()
  await functions.close()
})

const event = hookEvent('origin-request', {
  requestId: 'r',
  ip: '192.0.2.1',
  request: { method: 'GET', target: '/a?b=c', fields: ['Host', 'x', 'Cookie', 'd=e'] },
})

describe('edge code by name', () => {
  it('may be a script or a function', async () => {
    expect(await runner.run('script', event)).toEqual({ kind: 'request', request: event.request })
    expect(await runner.run('request', event)).toEqual({
      kind: 'request',
      request: { ...event.request, uri: '/v2/a', headers: { ...event.request.headers, 'x-country': { value: 'NZ' } } },
    })
    expect(await runner.run('response', event)).toMatchObject({
      kind: 'response',
      response: { statusCode: 302, headers: { location: { value: '/login' } } },
    })
  })

  it.each([
    ['wrong', 502],
    ['throws', 503],
    ['busy', 503],
  ])('fails the one request where a function is %s: %i', async (name, status) => {
    expect(await runner.run(name, event)).toMatchObject({ kind: 'failed', status })
  })

  it('names functions that are not there', async () => {
    const plans = [{ name: 'x', kind: 'function' as const, function: 'absent' }]
    await expect(createHookRunner({ plans, functions })).rejects.toThrow('no function "absent"')
  })
})

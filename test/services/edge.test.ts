import { afterEach, describe, expect, it } from 'vitest'
import { hookEvent, requestAfter, responseAfter } from '../../src/backend/edge-event.ts'
import { type EdgeEngine, type Hook, type HookEvent, type HookOutcome, hookRuns } from '../../src/backend/edge-hooks.ts'
import { judgeReturn } from '../../src/backend/edge-judge.ts'
import { fromLambdaEdge, lambdaEdgeEvent } from '../../src/backend/lambda-edge.ts'
import { createEdgeEngine } from '../../src/services/edge/engine.ts'

const engines: EdgeEngine[] = []
afterEach(() => {
  for (const engine of engines.splice(0)) engine.dispose()
})

async function engineOf(code: string): Promise<EdgeEngine> {
  const engine = await createEdgeEngine([{ name: 'hook', file: 'hook.js', code }])
  engines.push(engine)
  return engine
}

function eventOf(hook: Hook = 'viewer-request', target = '/A/B?x=1&y=2&x=3'): HookEvent {
  const fields = [
    'Host',
    'shop.example',
    'Cookie',
    'a=1; b=2',
    'Accept',
    'text/html',
    'Accept',
    'image/*',
    'X-Cache',
    'no',
  ]
  const request = { method: 'GET', target, fields }
  const response = { status: 200, fields: ['Content-Type', 'text/html', 'Set-Cookie', 's=1; Path=/', 'Via', '1.1 x'] }
  return hookEvent(hook, {
    requestId: 'r1',
    ip: '192.0.2.1',
    request,
    ...(hook.endsWith('response') ? { response } : {}),
  })
}

async function outcomeOf(code: string, event = eventOf()): Promise<HookOutcome> {
  return (await engineOf(code)).run('hook', event, 1000)
}

describe('edge code', () => {
  it('sees the documented event and changes a request', async () => {
    const event = eventOf()
    expect(event.request).toMatchObject({
      method: 'GET',
      uri: '/A/B',
      querystring: { x: { value: '1', multiValue: [{ value: '1' }, { value: '3' }] }, y: { value: '2' } },
      cookies: { a: { value: '1' }, b: { value: '2' } },
      headers: {
        host: { value: 'shop.example' },
        accept: { multiValue: [{ value: 'text/html' }, { value: 'image/*' }] },
      },
    })
    expect(event.request.headers['x-cache']).toBeUndefined()
    const code = `function handler(event) {
      var request = event.request
      request.uri = request.uri.toLowerCase()
      delete request.querystring.y
      request.headers['x-country'] = { value: 'NZ' }
      return request
    }`
    const outcome = await outcomeOf(code, event)
    if (outcome.kind !== 'request') throw new Error(JSON.stringify(outcome))
    const before = { method: 'GET', target: '/A/B', fields: ['X-Cache', 'no', 'Via', '1.0 a'] }
    expect(requestAfter(before, outcome.request)).toEqual({
      method: 'GET',
      target: '/a/b?x=1&x=3',
      fields: [
        ...['X-Cache', 'no', 'host', 'shop.example', 'accept', 'text/html', 'accept', 'image/*'],
        ...['x-country', 'NZ', 'cookie', 'a=1; b=2'],
      ],
    })
  })

  it('answers itself, and changes responses but not their status', async () => {
    const made = await outcomeOf(
      `const handler = async () => ({ statusCode: 302, statusDescription: 'Found', headers: { location: { value: '/new' } }, body: 'moved' })`,
    )
    expect(made).toMatchObject({ kind: 'response', response: { statusCode: 302 } })
    if (made.kind !== 'response') throw new Error('no response')
    expect(responseAfter([], made.response)).toEqual({
      status: 302,
      fields: ['location', '/new'],
      body: { encoding: 'text', data: 'moved' },
    })
    const changed = await outcomeOf(
      `function handler({ response }) { response.headers['x-frame-options'] = { value: 'DENY' }; return response }`,
      eventOf('viewer-response'),
    )
    if (changed.kind !== 'response') throw new Error(JSON.stringify(changed))
    expect(responseAfter(['X-Edge-A', 'b'], changed.response).fields).toEqual([
      ...['X-Edge-A', 'b', 'content-type', 'text/html', 'via', '1.1 x'],
      ...['x-frame-options', 'DENY', 'set-cookie', 's=1; Path=/'],
    ])
    const status = await outcomeOf(
      `function handler({ response }) { response.statusCode = 404; return response }`,
      eventOf('viewer-response'),
    )
    expect(status).toMatchObject({ kind: 'failed', status: 502 })
  })

  it.each([
    ['nothing', 'return'],
    ['a text', 'return "no"'],
    ['a cycle', 'var a = {}; a.a = a; return a'],
    ['another method', 'event.request.method = "PUT"; return event.request'],
    ['a URI with a query', 'event.request.uri = "/a?b"; return event.request'],
    ['a URI with a line end', 'event.request.uri = "/a\\r\\nb"; return event.request'],
    ['a forbidden header', 'event.request.headers.connection = { value: "x" }; return event.request'],
    ['a changed read-only header', 'event.request.headers.host = { value: "x" }; return event.request'],
    ['a header that ends its line', 'event.request.headers.x = { value: "a\\r\\nb: c" }; return event.request'],
    ['a header beyond octets', 'event.request.headers.x = { value: "\\u4e2d" }; return event.request'],
    ['a header in capitals', 'event.request.headers["X-A"] = { value: "x" }; return event.request'],
    ['a status of no kind', 'return { statusCode: 99 }'],
    ['a body of 50 KB', 'return { statusCode: 200, body: "x".repeat(50000) }'],
  ])('fails with 502 for %s', async (_, body) => {
    expect(await outcomeOf(`function handler(event) { ${body} }`)).toMatchObject({ kind: 'failed', status: 502 })
  })

  it.each([
    ['an exception', 'throw new Error("no")', 'Error: no'],
    ['null thrown', 'throw null', 'threw null'],
    ['an endless loop', 'for (;;) {}', 'too many steps'],
    ['a loop that catches everything', 'for (;;) { try { for (;;) {} } catch (e) {} }', 'too many steps'],
    ['a memory bomb', 'var a = "x"; while (a.length < 1e8) a += a; return a', 'too much memory'],
    ['a slow pattern', '/^(a+)+b/.test("a".repeat(60))', 'too many steps'],
    ['endless recursion', '(function f() { f() })()', 'stack'],
    ['a promise that never settles', 'return new Promise(function () {})', 'never settles'],
    ['a promise that is rejected', 'return Promise.reject(new TypeError("x"))', 'TypeError: x'],
    ['the host', 'return process.exit()', 'process'],
    ['a way out over constructors', 'return this.constructor.constructor("return process")()', ''],
    ['a change of what all share', 'Array.prototype.x = 1', 'TypeError'],
    ['an undeclared variable', 'y = 1', 'ReferenceError'],
  ])('fails with 503 for %s, and goes on', async (_, body, message) => {
    const engine = await engineOf(
      `function handler(event) { if (event.request.uri === '/bad') { ${body} } return event.request }`,
    )
    const bad = engine.run('hook', eventOf('viewer-request', '/bad'), 0)
    expect(bad).toMatchObject({ kind: 'failed', status: 503 })
    expect(bad.kind === 'failed' && bad.message).toContain(message)
    expect(engine.run('hook', eventOf('viewer-request', '/good'), 0).kind).toBe('request')
    expect(engine.run('hook', eventOf('viewer-request', '/bad'), 0)).toEqual(bad)
  })

  it('draws the same line between few and many steps whatever ran before', async () => {
    const code = `function handler(event) { for (var i = 0; i < Number(event.request.querystring.n.value); i++); return event.request }`
    const verdicts = (engine: EdgeEngine, counts: number[]) =>
      counts.map(count => engine.run('hook', eventOf('viewer-request', `/?n=${count}`), 0).kind)
    let [fits, breaks] = [0, 40_000]
    while (breaks - fits > 1) {
      const middle = (fits + breaks) >> 1
      if (verdicts(await engineOf(code), [middle])[0] === 'request') fits = middle
      else breaks = middle
    }
    expect(fits).toBeGreaterThan(1000)
    const used = await engineOf(code)
    for (const before of [0, 10, 1234, 77, fits, 3, breaks, 4000])
      expect(verdicts(used, [before, fits, breaks]).slice(1)).toEqual(['request', 'failed'])
  })

  it('keeps nothing from event to event, has no clock and no dice', async () => {
    const engine = await engineOf(`var count = 0
      function handler(event) {
        count++
        console.log('count', count, { a: 1 })
        return { statusCode: 200, body: [count, Date.now(), new Date().toISOString(), Math.random()].join(' ') }
      }`)
    const [first, again, later] = [0, 0, 5].map(now => engine.run('hook', eventOf(), now))
    expect(first).toEqual(again)
    expect(later).toMatchObject({ response: { body: expect.stringMatching(/^1 5 1970-01-01T00:00:00\.005Z 0\.\d+$/) } })
    expect(engine.linesOf('hook')).toEqual(['count 1 {"a":1}', 'count 1 {"a":1}', 'count 1 {"a":1}'])
  })

  it('says what is wrong with a script, and where', async () => {
    await expect(engineOf('\n\nlet 5 = 3')).rejects.toThrow(/^hook\.js:3: hook: /)
    await expect(engineOf("import cf from 'cloudfront'\nfunction handler() {}")).rejects.toThrow(
      'neither import nor export',
    )
    await expect(engineOf('var x = 1')).rejects.toThrow('no function named "handler"')
    await expect(engineOf('throw new Error("at once")')).rejects.toThrow('at once')
    await expect(engineOf(`function handler() {} // ${'x'.repeat(10_240)}`)).rejects.toThrow('10240 are allowed')
  })
})

describe('hooks', () => {
  it.each<[Hook, number, boolean, boolean, boolean]>([
    ['viewer-request', 0, false, false, true],
    ['origin-request', 0, true, false, false],
    ['origin-request', 0, false, false, true],
    ['origin-response', 404, false, false, true],
    ['origin-response', 200, true, false, false],
    ['viewer-response', 200, true, false, true],
    ['viewer-response', 404, false, false, false],
    ['viewer-response', 200, false, true, false],
  ])('%s with status %i, hit %s, made by the edge %s: %s', (hook, status, isHit, isMade, runs) => {
    expect(hookRuns(hook, { status, isHit, isMade })).toBe(runs)
  })

  it('speaks the shape of Lambda@Edge to functions', () => {
    const event = eventOf('origin-request')
    expect(lambdaEdgeEvent(event)).toMatchObject({
      Records: [
        {
          cf: {
            config: { eventType: 'origin-request', requestId: 'r1' },
            request: {
              clientIp: '192.0.2.1',
              uri: '/A/B',
              querystring: 'x=1&x=3&y=2',
              headers: { cookie: [{ value: 'a=1; b=2' }], accept: [{ value: 'text/html' }, { value: 'image/*' }] },
            },
          },
        },
      ],
    })
    const sent = (lambdaEdgeEvent(event) as { Records: { cf: { request: object } }[] }).Records[0]!.cf.request
    expect(judgeReturn(event, fromLambdaEdge(event, sent))).toEqual({ kind: 'request', request: event.request })
    const made = fromLambdaEdge(event, { status: '200', headers: { 'x-a': [{ key: 'X-A', value: '1' }] }, body: 'hi' })
    expect(judgeReturn(event, made)).toMatchObject({
      kind: 'response',
      response: { statusCode: 200, headers: { 'x-a': { value: '1' } } },
    })
    expect(judgeReturn(event, fromLambdaEdge(event, null))).toMatchObject({ status: 502 })
  })
})

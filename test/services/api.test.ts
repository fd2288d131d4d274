import { connect } from 'node:net'
import { propagation, trace } from '@opentelemetry/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryTracer, propagator } from '../live/memory-tracer.ts'
import { until } from '../live/rig.ts'
import { type Api, apiPlan, openApi, routePlan } from './api-rig.ts'
import { functionPlan } from './function-plan.ts'

let api: Api

beforeAll(async () => {
  const schema = { type: 'object', required: ['price'], properties: { price: { type: 'number', minimum: 0 } } }
  const number = { type: 'object', properties: { id: { type: 'integer' } } }
  const limited = { type: 'object', properties: { limit: { type: 'integer', maximum: 10 } }, required: ['limit'] }
  const routes = [
    routePlan('ANY /echo/{id}', 'echo'),
    routePlan('GET /echo/{rest+}', 'echo'),
    routePlan('ANY /formatted', 'formatted'),
    routePlan('POST /returns', 'returns'),
    routePlan('GET /bytes', 'bytes'),
    routePlan('GET /slow', 'slow', { timeoutMs: 200 }),
    routePlan('GET /inner', 'inner'),
    routePlan('POST /priced', 'echo', { body: schema }),
    routePlan('GET /numbered/{id}', 'echo', { parameters: { path: number, query: null } }),
    routePlan('GET /limited', 'echo', { parameters: { path: null, query: limited } }),
    routePlan('GET /rare', 'echo', { throttle: { ratePerSecond: 0.001, burst: 2 } }),
    routePlan('GET /keyed', 'echo', { needsApiKey: true }),
    routePlan('GET /loop', 'loop'),
    routePlan('GET /throws', 'throws'),
    routePlan('GET /exits', 'exits'),
    routePlan('GET /busy', 'busy'),
    ...['simple', 'policy', 'nonsense', 'throws'].map(name =>
      routePlan(`GET /${name}/{rest+}`, 'echo', { authorizer: `by ${name}` }),
    ),
  ]
  const authorizers = ['simple', 'policy', 'nonsense', 'throws'].map(name => ({
    name: `by ${name}`,
    kind: 'function' as const,
    function: name,
    response: name === 'policy' ? ('policy' as const) : ('simple' as const),
    sources: ['$request.header.Authorization'],
    cacheMs: 60_000,
  }))
  const cors = {
    origins: ['https://shop.example'],
    methods: ['GET', 'POST'],
    headers: ['content-type'],
    exposed: ['x-one'],
    maxAgeMs: 60_000,
    credentials: true,
  }
  const plan = apiPlan(routes, { authorizers, cors, apiKeys: { partner: 'k-123' }, bodyBytes: 10_000 })
  api = await openApi(plan, {}, [
    functionPlan('loop', 'hostile.mjs#loop', { timeoutMs: 300 }),
    functionPlan('throws', 'hostile.mjs#throws'),
    functionPlan('exits', 'hostile.mjs#exits'),
    functionPlan('busy', 'well.mjs#wait', { concurrency: 0 }),
  ])
})
afterAll(() => api.close())

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(api.url + path, { redirect: 'manual', ...init })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) }
}

describe('an API', () => {
  it('calls a function with an event of format 2.0', async () => {
    const answer = await ask('/echo/a%20b?x=1&y=%C3%BC&x=2', {
      headers: { cookie: 'a=1; b=2', 'x-forwarded-for': '192.0.2.1', 'x-many': 'one, two', 'user-agent': 'test' },
    })
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.json()).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /echo/{id}',
      rawPath: '/echo/a%20b',
      rawQueryString: 'x=1&y=%C3%BC&x=2',
      cookies: ['a=1', 'b=2'],
      headers: {
        'x-many': 'one, two',
        host: `127.0.0.1:${api.port}`,
        'x-forwarded-for': '192.0.2.1,127.0.0.1',
        'x-forwarded-proto': 'http',
      },
      queryStringParameters: { x: '1,2', y: 'ü' },
      pathParameters: { id: 'a b' },
      requestContext: {
        apiId: 'shop',
        http: { method: 'GET', path: '/echo/a%20b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
        routeKey: 'ANY /echo/{id}',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      },
      isBase64Encoded: false,
    })
    expect(answer.json().headers.cookie).toBeUndefined()
    expect(answer.json().requestContext.requestId).toBe(answer.headers.get('apigw-requestid'))
  })

  it.each([
    ['text/plain', 'hëllo', 'hëllo', false],
    ['application/json', '{}', '{}', false],
    ['application/octet-stream', 'hi', 'aGk=', true],
    ['text/plain', new Uint8Array([0xff, 0xfe]), '//4=', true],
  ])('gives a body of %s as text or base64', async (type, sent, body, isBase64Encoded) => {
    const answer = await ask('/echo/1', { method: 'POST', body: sent, headers: { 'content-type': type } })
    expect(answer.json()).toMatchObject({ body, isBase64Encoded })
  })

  it('takes formatted answers, cookies and bytes', async () => {
    const answer = await ask('/formatted')
    expect(answer).toMatchObject({ status: 201, text: 'made' })
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-one': 'a',
      'x-number': '7',
      'content-type': 'text/plain',
      'content-length': '4',
    })
    expect(answer.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2'])
    const bytes = await fetch(`${api.url}/bytes`)
    expect([...new Uint8Array(await bytes.arrayBuffer())]).toEqual([0, 1, 255])
    expect(await ask('/formatted', { method: 'HEAD' })).toMatchObject({ status: 201, text: '' })
  })

  it.each([
    ['a text', '"hello"', 200, 'hello'],
    ['a value', '{"a":1}', 200, '{"a":1}'],
    ['null', 'null', 200, 'null'],
    ['a list', '[1]', 200, '[1]'],
    ['a status without a body', '{"statusCode":204}', 204, ''],
    ['a status as text', '{"statusCode":"404","body":"x"}', 404, 'x'],
    ['a status that is none', '{"statusCode":"OK"}', 502, '{"message":"Internal Server Error"}'],
    ['a status beyond', '{"statusCode":999}', 502, '{"message":"Internal Server Error"}'],
    ['a body that is no text', '{"statusCode":200,"body":{"a":1}}', 502, '{"message":"Internal Server Error"}'],
    ['headers that are a list', '{"statusCode":200,"headers":["a"]}', 502, '{"message":"Internal Server Error"}'],
    [
      'a header that ends its line',
      '{"statusCode":200,"headers":{"a":"b\\r\\nc: d"}}',
      502,
      '{"message":"Internal Server Error"}',
    ],
    ['a name that is no token', '{"statusCode":200,"headers":{"a b":"c"}}', 502, '{"message":"Internal Server Error"}'],
    ['cookies that are no list', '{"statusCode":200,"cookies":"a"}', 502, '{"message":"Internal Server Error"}'],
  ])('makes an answer of %s', async (_, body, status, text) => {
    const answer = await ask('/returns', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    expect([answer.status, answer.text]).toEqual([status, text])
  })

  it.each([
    ['/absent', 404, 'Not Found'],
    ['/%zz', 400, 'Bad Request'],
    ['/slow', 504, 'Endpoint request timed out'],
    ['/loop', 504, 'Endpoint request timed out'],
    ['/throws', 502, 'Internal Server Error'],
    ['/exits', 502, 'Internal Server Error'],
    ['/busy', 429, 'Too Many Requests'],
    ['/keyed', 403, 'Forbidden'],
    ['/numbered/x', 400, 'Invalid request parameters'],
    ['/limited?limit=11', 400, 'Invalid request parameters'],
    ['/limited', 400, 'Invalid request parameters'],
  ])('answers %s with %i', async (path, status, message) => {
    const answer = await ask(path)
    expect([answer.status, answer.json().message]).toEqual([status, message])
  })

  it('checks bodies, keys and sizes', async () => {
    const post = (body: string) =>
      ask('/priced', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    expect((await post('{"price":1}')).status).toBe(200)
    expect((await post('{"price":-1}')).json()).toEqual({
      message: 'Invalid request body',
      errors: ['/price must be >= 0'],
    })
    expect((await post('{"price":')).json()).toEqual({ message: 'Invalid request body', errors: ['/ is no JSON'] })
    expect((await post(`"${'['.repeat(9000)}`)).status).toBe(400)
    expect((await post('[')).status).toBe(400)
    expect((await ask('/numbered/12')).status).toBe(200)
    expect((await ask('/keyed', { headers: { 'x-api-key': 'k-123' } })).status).toBe(200)
    const large = await ask('/echo/1', { method: 'POST', body: 'x'.repeat(20_000) })
    expect([large.status, large.json().message]).toEqual([413, 'Request Entity Too Large'])
  })

  it('throttles a route without touching the others', async () => {
    const statuses = []
    for (let count = 0; count < 4; count++) statuses.push((await ask('/rare')).status)
    expect(statuses).toEqual([200, 200, 429, 429])
    expect((await ask('/echo/1')).status).toBe(200)
  })

  it('answers browsers that ask beforehand, and replaces what functions say to them', async () => {
    const asks = { origin: 'https://shop.example', 'access-control-request-method': 'POST' }
    const allowed = await ask('/anything', { method: 'OPTIONS', headers: asks })
    expect(allowed.status).toBe(204)
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'content-type',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '60',
      vary: 'Origin',
    })
    const refused = await ask('/anything', { method: 'OPTIONS', headers: { ...asks, origin: 'https://evil.example' } })
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([204, null])
    const simple = await ask('/formatted', { headers: { origin: 'https://shop.example' } })
    expect(simple.headers.get('access-control-allow-origin')).toBe('https://shop.example')
    expect(
      (await ask('/formatted', { headers: { origin: 'https://evil.example' } })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull()
    expect(
      (await ask('/absent', { headers: { origin: 'https://shop.example' } })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBe('https://shop.example')
  })

  it('asks functions who may pass, and remembers what they said', async () => {
    const as = (path: string, authorization?: string) => ask(path, authorization ? { headers: { authorization } } : {})
    const first = (await as('/simple/a', 'letmein')).json()
    expect(first.requestContext.authorizer).toEqual({ lambda: { asked: 1, source: 'letmein' } })
    expect((await as('/simple/b', 'letmein')).json().requestContext.authorizer.lambda.asked).toBe(1)
    expect((await as('/simple/a')).status).toBe(401)
    expect((await as('/simple/a', 'no')).status).toBe(403)
    expect((await as('/policy/yes', 'admin')).json().requestContext.authorizer).toEqual({
      lambda: { principalId: 'me', role: 'admin' },
    })
    expect((await as('/policy/denied', 'admin')).status).toBe(403)
    for (const path of ['/nonsense/a', '/throws/a']) {
      const failed = await as(path, 'x')
      expect([failed.status, failed.json()]).toEqual([500, { message: 'Internal Server Error' }])
    }
  })

  it('carries one trace id through, in both ways of writing it', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const { headers } = (await ask('/echo/1', { headers: { traceparent } })).json()
    expect(headers.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/)
    expect(headers['x-amzn-trace-id']).toMatch(
      /^Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=[0-9a-f]{16};Sampled=1$/,
    )
    expect((await ask('/inner', { headers: { traceparent } })).json().trace).toContain(
      'Root=1-4bf92f35-77b34da6a3ce929d0e0e4736',
    )
    const amazon = { 'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8' }
    expect((await ask('/echo/1', { headers: amazon })).json().headers.traceparent).toContain(
      '5759e988bd862e3fe1be46a994272793',
    )
    expect((await ask('/inner')).json().trace).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};/)
  })

  it('tells of itself and of the function in spans, parent to child', async () => {
    const tracer = new MemoryTracer()
    trace.setGlobalTracerProvider({ getTracer: () => tracer })
    propagation.setGlobalPropagator(propagator)
    const caller = { trace: 'a'.repeat(32), id: 'b'.repeat(16) }
    const answer = await ask('/echo/1', { headers: { traceparent: `00-${caller.trace}-${caller.id}-01` } })
    for (let turn = 0; turn < 100 && tracer.ended.length < 2; turn++)
      await new Promise(resolve => setTimeout(resolve, 5))
    trace.disable()
    propagation.disable()
    const [call, request] = ['function echo', 'api shop'].map(name => tracer.ended.find(span => span.name === name)!)
    expect([request!.parent, call!.parent]).toEqual([caller.id, request!.id])
    expect(call!.attributes).toMatchObject({ 'faas.invoked_name': 'echo', 'faas.coldstart': false })
    expect(answer.json().headers.traceparent).toContain(`${caller.trace}-${request!.id}`)
  })

  it('goes on after requests that are cut, malformed, or left alone', async () => {
    const say = (text: string, leave: boolean) =>
      new Promise<string>(resolve => {
        const socket = connect(api.port, '127.0.0.1', () => socket.write(text))
        let heard = ''
        socket.on('data', data => {
          heard += data
        })
        socket.on('error', () => undefined)
        socket.on('close', () => resolve(heard))
        if (leave) setTimeout(() => socket.destroy(), 50)
      })
    const head = 'Host: x\r\nConnection: close\r\n'
    expect(await say(`POST /echo/1 HTTP/1.1\r\n${head}Content-Length: 10\r\n\r\nabc`, true)).toBe('')
    expect(await say(`GET /slow HTTP/1.1\r\n${head}\r\n`, true)).toBe('')
    expect(await say(`GET /echo/\u0000 HTTP/1.1\r\n${head}\r\n`, false)).toMatch(/^HTTP\/1\.1 400/)
    expect(await say(`GET /../../etc/passwd HTTP/1.1\r\n${head}\r\n`, false)).toMatch(/^HTTP\/1\.1 400/)
    expect(await say(`GET http://other/echo/1 HTTP/1.1\r\n${head}\r\n`, false)).toMatch(/^HTTP\/1\.1 200/)
    expect(
      await say(`GET /ws HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`, false),
    ).toMatch(/^HTTP\/1\.1 404/)
    expect((await ask('/echo/1')).status).toBe(200)
  })

  it('writes one line of JSON for each answer', async () => {
    await ask('/echo/%1b[31m')
    await new Promise(resolve => setTimeout(resolve, 20))
    const line = api.lines.at(-1)!
    expect(JSON.parse(line)).toMatchObject({
      httpMethod: 'GET',
      path: '/echo/%1b[31m',
      routeKey: 'ANY /echo/{id}',
      status: 200,
      ip: '127.0.0.1',
    })
    expect(line).not.toMatch(/[^\x20-\x7e]/)
  })

  it('writes the combined format where that is asked for, and nobody writes lines of their own into it', async () => {
    const own = await openApi(apiPlan([routePlan('ANY /echo/{id}', 'echo')]), { logFormat: 'combined' })
    await fetch(`${own.url}/echo/1?a="b"`, { headers: { 'user-agent': 'say "ünd" \\', referer: 'http://x/' } })
    await until(() => own.lines.length === 1)
    expect(own.lines[0]).toMatch(
      /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/echo\/1\?a=%22b%22 HTTP\/1\.1" 200 \d+ "http:\/\/x\/" "say \\"\\xfcnd\\" \\\\" \w+ "ANY \/echo\/\{id\}" [\d.]+ms$/,
    )
    await own.close()
  })
})

describe('an API that says nothing to browsers', () => {
  it('leaves what its functions say to them', async () => {
    const own = await openApi(apiPlan([routePlan('ANY /formatted', 'formatted')]))
    const answer = await fetch(`${own.url}/formatted`, { headers: { origin: 'https://a.example' } })
    expect(answer.headers.get('access-control-allow-origin')).toBe('evil')
    const asked = { origin: 'https://a.example', 'access-control-request-method': 'POST' }
    expect((await fetch(`${own.url}/formatted`, { method: 'OPTIONS', headers: asked })).status).toBe(201)
    await own.close()
  })
})

describe('opening an API', () => {
  it.each([
    ['a function that is not there', apiPlan([routePlan('GET /', 'absent')]), 'no function "absent"'],
    [
      'an authorizer that is not there',
      apiPlan([routePlan('GET /', 'echo', { authorizer: 'x' })]),
      'no authorizer "x"',
    ],
    ['a route that is none', apiPlan([routePlan('GET', 'echo')]), 'neither'],
    ['a schema that is none', apiPlan([routePlan('GET /', 'echo', { body: { type: 'x' } })]), 'the schema is none'],
  ])('refuses %s', async (_, plan, message) => {
    const { createGateway } = await import('../../src/services/api/gateway.ts')
    const { functions } = api
    const options = { plan, functions, identities: { find: () => undefined }, readFile: async () => '' }
    await expect(createGateway(options)).rejects.toThrow(message)
  })
})

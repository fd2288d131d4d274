import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { canonicalRequests, hmac, signingKeyOf, stringToSign } from '../../src/services/signature-canonical.ts'
import { type Api, apiPlan, openApi, root } from './api-rig.ts'

let api: Api

beforeAll(async () => {
  const sockets = {
    path: '/ws',
    selection: '$request.body.action',
    routes: { $connect: 'socket', $disconnect: 'socket', $default: 'socket', send: 'socket', fails: 'socket' },
    authorizer: '',
    idleMs: 600_000,
  }
  const more = {
    name: 'who',
    kind: 'function' as const,
    function: 'simple',
    response: 'simple' as const,
    sources: ['$request.querystring.auth'],
    cacheMs: 0,
  }
  api = await openApi(apiPlan([], { sockets, authorizers: [more] }))
})
afterAll(() => api.close())

interface Message {
  routeKey: string
  connectionId: string
  message: string
  body: string
}

/** A client that keeps what comes until it is asked for. */
async function connect(path = '/ws') {
  const socket = new WebSocket(`ws://127.0.0.1:${api.port}${path}`)
  const came: string[] = []
  const waiting: ((text: string) => void)[] = []
  socket.on('message', data => (waiting.shift() ?? (text => came.push(text)))(data.toString()))
  const closed = new Promise<number>(resolve => socket.on('close', resolve))
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('unexpected-response', (_, response) => reject(new Error(String(response.statusCode))))
    socket.on('error', reject)
  })
  const next = () =>
    came.length > 0 ? Promise.resolve(came.shift()!) : new Promise<string>(resolve => waiting.push(resolve))
  const ask = async (text: string | Buffer) => {
    socket.send(text)
    return JSON.parse(await next()) as Message
  }
  return { socket, ask, next, closed }
}

/** Signs as the SDK does; signatures themselves are tested with the SDK elsewhere. */
function signed(method: string, path: string, body = '', secret = root.secretAccessKey): RequestInit {
  const amzDate = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const scope = { day: amzDate.slice(0, 8), region: 'us-east-1', service: 'execute-api' }
  const host = `127.0.0.1:${api.port}`
  const rawHeaders = ['host', host, 'x-amz-date', amzDate]
  const hash = createHash('sha256').update(body).digest('hex')
  const [canonical] = canonicalRequests(
    { method, target: path, rawHeaders },
    ['host', 'x-amz-date'],
    hash,
    'execute-api',
  )
  const signature = hmac(signingKeyOf(secret, scope), stringToSign(canonical!, amzDate, scope)).toString('hex')
  const credential = `${root.accessKeyId}/${scope.day}/us-east-1/execute-api/aws4_request`
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${signature}`
  return { method, headers: { 'x-amz-date': amzDate, authorization }, ...(body === '' ? {} : { body }) }
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 300 && !condition(); turn++) await new Promise(resolve => setTimeout(resolve, 10))
  expect(condition()).toBe(true)
}

describe('WebSockets', () => {
  it('route messages by their body, and what fits nowhere to $default', async () => {
    const { socket, ask } = await connect()
    expect(await ask('{"action":"send","text":"hi"}')).toMatchObject({
      routeKey: 'send',
      eventType: 'MESSAGE',
      body: '{"action":"send","text":"hi"}',
    })
    for (const text of [
      '{"action":"absent"}',
      '{"action":"$connect"}',
      '{"action":{"a":1}}',
      'no JSON',
      '[]',
      '{"__proto__":1}',
    ])
      expect(await ask(text)).toMatchObject({ routeKey: '$default', body: text })
    expect(await ask(Buffer.from([1, 2, 255]))).toMatchObject({ routeKey: '$default', body: 'AQL/' })
    socket.close()
  })

  it('say when a function fails, and go on', async () => {
    const { socket, ask } = await connect()
    expect(await ask('{"action":"fails"}')).toMatchObject({
      message: 'Internal server error',
      connectionId: expect.any(String),
    })
    expect((await ask('x')).routeKey).toBe('$default')
    socket.close()
  })

  it('come about only where $connect agrees', async () => {
    await expect(connect('/ws?key=no')).rejects.toThrow('403')
    await expect(connect('/other')).rejects.toThrow('404')
  })

  it('tell $disconnect', async () => {
    const { socket, ask, closed } = await connect()
    const { connectionId } = await ask('x')
    socket.close()
    await closed
    await until(() => api.functions.find('socket')!.log().includes(`gone ${connectionId}`))
  })

  it('close when a message is too large', async () => {
    const { socket, closed } = await connect()
    socket.send('x'.repeat(128 * 1024 + 1))
    expect(await closed).toBe(1009)
  })

  it('answer many messages of one connection', async () => {
    const { socket, next } = await connect()
    for (let count = 0; count < 60; count++) socket.send(JSON.stringify({ action: 'send', count }))
    const counts = new Set<number>()
    for (let count = 0; count < 60; count++) counts.add(JSON.parse(JSON.parse(await next()).body).count)
    expect(counts.size).toBe(60)
    socket.close()
  })

  it('take messages from the server side over @connections', async () => {
    const { ask, next, closed } = await connect()
    const { connectionId } = await ask('x')
    const path = `/$default/@connections/${connectionId}`
    expect((await fetch(api.url + path, signed('POST', path, 'from behind'))).status).toBe(200)
    expect(await next()).toBe('from behind')
    const described = await fetch(api.url + path, signed('GET', path))
    expect(await described.json()).toMatchObject({
      connectedAt: expect.any(String),
      identity: { sourceIp: '127.0.0.1' },
    })
    expect((await fetch(api.url + path, { method: 'POST', body: 'forged' })).status).toBe(403)
    expect((await fetch(api.url + path, signed('POST', path, 'x', 'wrong'))).status).toBe(403)
    expect((await fetch(api.url + path, signed('DELETE', path))).status).toBe(204)
    expect(await closed).toBe(1000)
    const gone = await fetch(api.url + path, signed('POST', path, 'x'))
    expect([gone.status, gone.headers.get('x-amzn-errortype')]).toEqual([410, 'GoneException'])
    const large = '/@connections/x'
    expect((await fetch(api.url + large, signed('POST', large, 'x'.repeat(130 * 1024)))).status).toBe(413)
  })

  it('ask an authorizer first, and hand on what it said', async () => {
    const sockets = {
      path: '/',
      selection: '$request.body.action',
      routes: { $default: 'echo' },
      authorizer: 'who',
      idleMs: 200,
    }
    const who = {
      name: 'who',
      kind: 'function' as const,
      function: 'simple',
      response: 'simple' as const,
      sources: ['$request.querystring.auth'],
      cacheMs: 0,
    }
    const own = await openApi(apiPlan([], { sockets, authorizers: [who] }))
    const statusOf = (path: string) =>
      new Promise<number>(resolve => {
        const socket = new WebSocket(`ws://127.0.0.1:${own.port}${path}`)
        socket.on('unexpected-response', (_, response) => resolve(response.statusCode!))
        socket.on('error', () => undefined)
        socket.on('close', code => resolve(code))
      })
    expect(await statusOf('/')).toBe(401)
    expect(await statusOf('/?auth=no')).toBe(403)
    // Nothing is said: the connection ends when it has been idle too long.
    expect(await statusOf('/?auth=letmein')).toBe(1001)
    await own.close()
  })
})

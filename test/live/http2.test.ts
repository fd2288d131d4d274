import { readFileSync } from 'node:fs'
import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from 'node:http2'
import { request as secureRequest } from 'node:https'
import { afterEach, describe, expect, it } from 'vitest'
import type { RunningPop } from '../../src/live/single-pop.ts'
import { get, httpOrigin, popBefore, raw, rawOrigin } from './rig.ts'

const sessions: ClientHttp2Session[] = []
afterEach(() => {
  for (const session of sessions.splice(0)) session.destroy()
})

function speakTo({ live }: RunningPop): ClientHttp2Session {
  const session = connect(live.url, { rejectUnauthorized: false })
  session.on('error', () => undefined)
  sessions.push(session)
  return session
}

interface Got2 {
  status: number
  fields: Record<string, string>
  body: string
  interim: number[]
  rstCode: number
}

function ask(session: ClientHttp2Session, path: string, more: OutgoingHttpHeaders = {}, body?: string): Promise<Got2> {
  return new Promise(resolve => {
    const stream = session.request({ ':path': path, ...more }, { endStream: body === undefined })
    const got: Got2 = { status: 0, fields: {}, body: '', interim: [], rstCode: 0 }
    stream.on('headers', head => got.interim.push(head[':status']!))
    stream.on('response', head => {
      got.status = head[':status']!
      for (const [name, value] of Object.entries(head)) if (!name.startsWith(':')) got.fields[name] = String(value)
    })
    stream.setEncoding('latin1')
    stream.on('data', text => {
      got.body += text
    })
    stream.on('error', () => undefined)
    stream.on('close', () => resolve({ ...got, rstCode: stream.rstCode! }))
    if (body !== undefined) stream.end(body)
  })
}

const text = 'x'.repeat(200_000)
const cachingOrigin = () =>
  httpOrigin((_request, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60', ETag: '"a"', Connection: 'keep-alive', 'X-Own': 'yes' })
    response.end(text)
  })

describe('HTTP/2 for clients', () => {
  it('answers miss, then hit, with the fields and body of HTTP/1.1', async () => {
    const pop = await popBefore((await cachingOrigin()).url, { speech: { http2: true } })
    const session = speakTo(pop)
    const miss = await ask(session, '/a')
    const hit = await ask(session, '/a')
    const hit1 = await get(pop, '/a', { headers: { Host: `127.0.0.1:${pop.live.port}` } })
    expect([miss.status, hit.status, hit1.status]).toEqual([200, 200, 200])
    expect(miss.fields['cache-status']).toContain('fwd=uri-miss')
    expect(hit.fields['cache-status']).toContain('; hit;')
    expect([miss.body === text, hit.body === text, hit1.body === text]).toEqual([true, true, true])
    const { connection, ...endToEnd } = hit1.fields
    expect([connection, hit.fields.connection]).toEqual(['close', undefined])
    const { age: _a, 'cache-status': _b, ...rest } = endToEnd
    expect(hit.fields).toMatchObject(rest)
    expect(Object.keys(hit.fields).sort()).toEqual(Object.keys(endToEnd).sort())
    expect(pop.pop.counters.bucket).toMatchObject({ miss: 1, hit: 2 })
  })

  it('answers HEAD, ranges and conditions from the shelf', async () => {
    const origin = await cachingOrigin()
    const session = speakTo(await popBefore(origin.url, { speech: { http2: true } }))
    await ask(session, '/a')
    const head = await ask(session, '/a', { ':method': 'HEAD' })
    expect([head.status, head.body, head.fields['content-length']]).toEqual([200, '', '200000'])
    const part = await ask(session, '/a', { range: 'bytes=5-9' })
    expect([part.status, part.body, part.fields['content-range']]).toEqual([206, 'xxxxx', 'bytes 5-9/200000'])
    const same = await ask(session, '/a', { 'if-none-match': '"a"' })
    expect([same.status, same.body, same.fields.etag]).toEqual([304, '', '"a"'])
    expect(origin.seen).toEqual(['GET /a'])
  })

  it('fetches once for many streams that ask for one cold object', async () => {
    const origin = await httpOrigin((_request, response) => {
      setTimeout(() => response.writeHead(200, { 'Cache-Control': 'max-age=60' }).end('body'), 100)
    })
    const pop = await popBefore(origin.url, { speech: { http2: true } })
    const session = speakTo(pop)
    const answers = await Promise.all(Array.from({ length: 300 }, () => ask(session, '/cold')))
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`))).toEqual(new Set(['200 body']))
    expect(origin.seen).toEqual(['GET /cold'])
    expect(pop.pop.counters.collapsed).toBe(299)
  })

  it('forwards a body, the authority as Host and the cookies as one line', async () => {
    const origin = await httpOrigin((request, response) => {
      response.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'], 'X-Host': request.headers.host! })
      request.pipe(response)
    })
    const session = speakTo(await popBefore(origin.url, { speech: { http2: true } }))
    const cookies = { cookie: ['c=1', 'd=2'] }
    const got = await ask(session, '/form', { ':method': 'POST', ':authority': 'shop.test', ...cookies }, text)
    expect([got.status, got.body === text, got.fields['x-host']]).toEqual([200, true, 'shop.test'])
    expect(got.fields['set-cookie']).toBe('a=1,b=2')
    expect(origin.requests[0]!.headers.cookie).toBe('c=1; d=2')
    const small = await ask(session, '/form', { ':method': 'POST', 'content-length': 2 }, 'hi')
    expect(small.body).toBe('hi')
  })

  it('passes early hints and cuts the stream when the body breaks off', async () => {
    const origin = await rawOrigin(socket => {
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n')
      setTimeout(() => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'), 20)
    })
    const got = await ask(speakTo(await popBefore(origin.url, { speech: { http2: true } })), '/a')
    expect([got.interim, got.status, got.body]).toEqual([[103], 200, 'half'])
    expect(got.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR)
  })

  it('refuses a Host beside another authority, and CONNECT', async () => {
    const session = speakTo(await popBefore((await cachingOrigin()).url, { speech: { http2: true } }))
    expect((await ask(session, '/a', { ':authority': 'a.test', host: 'b.test' })).status).toBe(400)
    const tunnel = session.request({ ':method': 'CONNECT', ':authority': 'a.test:80' })
    expect(await new Promise(resolve => tunnel.on('response', head => resolve(head[':status'])))).toBe(405)
  })

  it('still speaks HTTP/1.1 on the same port, and is not held up by half a preface', async () => {
    const pop = await popBefore((await cachingOrigin()).url, {
      speech: { http2: true },
      limits: { headTimeoutMs: 300, checkEveryMs: 50 },
    })
    expect((await get(pop, '/a')).status).toBe(200)
    expect(await raw(pop.live.port, 'PRI * HT')).toBe('')
    expect(await raw(pop.live.port, 'PRINT / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 (400|501) /)
  })

  it('speaks HTTP/2 and HTTP/1.1 under TLS, as ALPN agrees', async () => {
    const pem = (name: string): string => readFileSync(new URL(`tls/${name}.pem`, import.meta.url), 'utf8')
    const tls = { cert: pem('cert'), key: pem('key') }
    const pop = await popBefore((await cachingOrigin()).url, { speech: { http2: true, tls } })
    expect(pop.live.url).toMatch(/^https:/)
    const session = speakTo(pop)
    expect((await ask(session, '/a')).body === text).toBe(true)
    expect(session.alpnProtocol).toBe('h2')
    const answer = await new Promise<[string, string]>(resolve => {
      const options = { port: pop.live.port, path: '/a', rejectUnauthorized: false, agent: false }
      secureRequest({ host: '127.0.0.1', ...options }, got => {
        got.resume()
        resolve([got.httpVersion, String(got.headers['cache-status'])])
      }).end()
    })
    expect(answer).toEqual(['1.1', expect.stringContaining('; hit;')])
  })

  it('lets go of a client that opens a stream and takes nothing', async () => {
    const big = 'y'.repeat(8_000_000)
    const origin = await httpOrigin((_request, response) => response.end(big))
    const pop = await popBefore(origin.url, {
      speech: { http2: true },
      limits: { slowReaderMs: 200, checkEveryMs: 50 },
    })
    const session = speakTo(pop)
    const stream = session.request({ ':path': '/big' })
    stream.on('error', () => undefined)
    stream.pause()
    await new Promise(resolve => session.on('close', resolve))
    expect(pop.pop.counters.slowClients).toBe(1)
  })
})

import { describe, expect, it } from 'vitest'
import { get, httpOrigin, popBefore, raw } from './rig.ts'

const head = 'Host: a\r\nConnection: close\r\n\r\n'

async function echo(mode: 'conformant' | 'cdn' = 'conformant') {
  const origin = await httpOrigin((request, response) => {
    request.resume()
    response.writeHead(200, { 'Cache-Control': 'max-age=60' })
    response.end(JSON.stringify({ url: request.url, headers: request.headers }))
  })
  return { origin, running: await popBefore(origin.url, { mode }) }
}

function statusOf(answer: string): number {
  return Number(answer.slice(9, 12))
}

describe('what is refused on the data port', () => {
  it.each([
    ['two Host fields', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 400],
    ['a malformed Host', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
    ['Transfer-Encoding in HTTP/1.0', 'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    [
      'both lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd', 400],
    ['a coding that is not chunked', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n', 400],
    ['a bare line feed in the head', 'GET / HTTP/1.1\nHost: a\n\n', 400],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n', 400],
    ['a folded line', 'GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n', 400],
    ['HTTP/2.0 on the request line', `GET / HTTP/2.0\r\n${head}`, 505],
    ['HTTP/0.9', 'GET /\r\n\r\n', 400],
    ['CONNECT', 'CONNECT evil:443 HTTP/1.1\r\nHost: evil:443\r\n\r\n', 405],
    ['TRACE', `TRACE / HTTP/1.1\r\n${head}`, 405],
    ['PURGE from anyone', `PURGE / HTTP/1.1\r\n${head}`, 405],
    ['a method that the parser does not know', `FOO / HTTP/1.1\r\n${head}`, 501],
    ['dot segments above the root', `GET /../etc/passwd HTTP/1.1\r\n${head}`, 400],
    ['encoded ones', `GET /%2e%2e/etc/passwd HTTP/1.1\r\n${head}`, 400],
    ['dot segments behind encoded slashes', `GET /..%2fetc HTTP/1.1\r\n${head}`, 400],
    ['a backslash', `GET /\\evil HTTP/1.1\r\n${head}`, 400],
    ['an encoded NUL', `GET /a%00b HTTP/1.1\r\n${head}`, 400],
    ['an encoded line feed', `GET /a%0ab HTTP/1.1\r\n${head}`, 400],
    ['a fragment', `GET /a#b HTTP/1.1\r\n${head}`, 400],
    ['Connection naming Cookie', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close, Cookie\r\n\r\n', 400],
    ['Connection naming Content-Length', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Content-Length\r\n\r\n', 400],
    ['a field of 17 KB', `GET / HTTP/1.1\r\nX: ${'x'.repeat(17 * 1024)}\r\n${head}`, 431],
    ['a field of 60 KB', `GET / HTTP/1.1\r\nX: ${'x'.repeat(60 * 1024)}\r\n${head}`, 431],
    ['1,003 fields', `GET / HTTP/1.1\r\n${'x: 1\r\n'.repeat(1001)}${head}`, 431],
    ['a target of 100 KB', `GET /${'x'.repeat(100 * 1024)} HTTP/1.1\r\n${head}`, 414],
    ['a target of 9 KB', `GET /${'x'.repeat(9 * 1024)} HTTP/1.1\r\n${head}`, 414],
  ])('%s', async (_, text, status) => {
    const { origin, running } = await echo()
    expect(statusOf(await raw(running.live.port, text))).toBe(status)
    expect(origin.seen).toEqual([])
  })

  it('Authorization does not get lost among a thousand fields', async () => {
    const { running } = await echo()
    const text = `GET / HTTP/1.1\r\n${'x: 1\r\n'.repeat(990)}Authorization: secret\r\n${head}`
    expect(await raw(running.live.port, text)).toContain('"authorization":"secret"')
  })
})

describe('one form for key and forwarding', () => {
  it.each([
    ['//evil.example/x', '//evil.example/x'],
    ['http://evil.example/x', '/x'],
    ['/a/./b/../c', '/a/c'],
    ['/%61%2Fb', '/a%2Fb'],
  ])('%s reaches the one origin as %s', async (target, path) => {
    const { origin, running } = await echo()
    await raw(running.live.port, `GET ${target} HTTP/1.1\r\n${head}`)
    expect(origin.seen).toEqual([`GET ${path}`])
  })

  it('the host of an absolute target counts, not the Host field', async () => {
    const { origin, running } = await echo()
    await raw(running.live.port, 'GET http://b/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(origin.requests[0]!.headers.host).toBe('b')
    expect((await get(running, '/x', { headers: { host: 'b' } })).fields['cache-status']).toContain('hit')
    expect((await get(running, '/x', { headers: { host: 'a' } })).fields['cache-status']).toContain('uri-miss')
  })

  it('different targets have different keys', async () => {
    const { origin, running } = await echo()
    const targets = ['/a|b', '/a;b', '/a%23b', '/a%2Fb', '/a/b', '//a/b', '/a?b', '/a%3Fb', '/a%7Cb']
    for (const target of targets) await get(running, target)
    for (const target of targets) await get(running, target)
    expect(origin.seen).toHaveLength(targets.length)
  })

  it('a GET with a body is neither looked up nor stored, and its connection is not used again', async () => {
    const { origin, running } = await echo()
    const fat = await get(running, '/', { headers: { 'content-length': '4' }, body: 'evil' })
    expect(fat.fields['cache-status']).toContain('fwd=request')
    expect(origin.requests[0]!.headers.connection).toBe('close')
    expect(running.pop.shelf.objects).toBe(0)
  })

  it('cdn does not forward what is not in the key', async () => {
    const { origin, running } = await echo('cdn')
    const headers = {
      'X-Forwarded-Host': 'evil',
      'X-Forwarded-Scheme': 'nothttps',
      Forwarded: 'host=evil',
      'X-Original-URL': '/admin',
      'X-Rewrite-URL': '/admin',
      'X-HTTP-Method-Override': 'POST',
      'X-Custom': 'kept',
    }
    await get(running, '/', { headers })
    const sent = JSON.stringify(origin.requests[0]!.headers)
    expect(sent).not.toContain('evil')
    expect(sent).not.toContain('admin')
    expect(sent).toContain('kept')
  })

  it('drops fields of one hop in both directions', async () => {
    const origin = await httpOrigin((_, response) => {
      response.writeHead(200, ['Cache-Control', 'max-age=60', 'Connection', 'X-Hop', 'X-Hop', '1', 'Proxy-Foo', '2'])
      response.end('ok')
    })
    const running = await popBefore(origin.url)
    const headers = { Connection: 'X-Mine', 'X-Mine': '1', 'Proxy-Authorization': 'x', TE: 'trailers', 'X-Other': '2' }
    for (const round of [1, 2]) {
      const answer = await get(running, '/', { headers })
      expect([round, answer.fields['x-hop'], answer.fields['proxy-foo']]).toEqual([round, undefined, undefined])
    }
    const sent = origin.requests[0]!.headers
    expect([sent['x-mine'], sent['proxy-authorization'], sent.te, sent['x-other']]).toEqual([
      undefined,
      undefined,
      undefined,
      '2',
    ])
  })
})

describe('loops', () => {
  it('RFC 8586: what has been here before gets 508', async () => {
    const { running } = await echo()
    expect((await get(running, '/', { headers: { 'CDN-Loop': 'other; x=1, pop-test' } })).status).toBe(508)
    expect((await get(running, '/', { headers: { 'CDN-Loop': 'other' } })).status).toBe(200)
  })

  it('PoP to shield to PoP ends in 508', async () => {
    const first = await popBefore(new URL('http://127.0.0.1:9'), { pop: { name: 'first' } })
    const second = await popBefore(new URL(first.live.url), { pop: { name: 'second' } })
    const third = await popBefore(new URL(second.live.url), { pop: { name: 'first' } })
    expect((await get(third, '/')).status).toBe(508)
  })
})

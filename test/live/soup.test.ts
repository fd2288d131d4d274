import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { get, httpOrigin, popBefore, raw } from './rig.ts'

const line = fc.constantFrom(
  'Host: a',
  'host:b',
  'Content-Length: 3',
  'Content-Length: -1',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: identity, chunked',
  'Connection: close, Host',
  'Connection: keep-alive',
  'Range: bytes=0-1,-1',
  'Range: bytes=99999999999999999999-',
  'If-None-Match: "a", *',
  'If-Modified-Since: Thu, 99 Foo 2026',
  'Cache-Control: max-age=, only-if-cached="x',
  'CDN-Loop: ,,;=',
  'Expect: 100-continue',
  'Upgrade: websocket',
  'X: \u00ff\u0080',
  ' folded',
  ': empty',
  'A\u0000: nul',
)
const target = fc.constantFrom('/', '//', '*', '/%', '/%2e%2e/', 'http://b/', '/\u00e9', '/a b', '?', '/a?b=%0d%0aX: y')
const method = fc.constantFrom('GET', 'HEAD', 'POST', 'get', 'OPTIONS', 'M-SEARCH', 'PRI', '')
const version = fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.1 ', 'HTTX/1.1')
const end = fc.constantFrom('\r\n', '\n', '\r')
const body = fc.constantFrom(
  '',
  'abc',
  '3\r\nabc\r\n0\r\n\r\n',
  '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n',
  'zz\r\n',
)

describe('soups of bytes', () => {
  it('get an answer or none, never harm the PoP, and never make up a request', async () => {
    const origin = await httpOrigin((request, response) => {
      request.resume()
      request.on('error', () => undefined)
      response.writeHead(200, { 'Cache-Control': 'max-age=60' }).end('ok')
    })
    const running = await popBefore(origin.url, { upstream: { headTimeoutMs: 300 } })
    const soup = fc.tuple(method, target, version, fc.array(line, { maxLength: 6 }), end, body)
    await fc.assert(
      fc.asyncProperty(soup, async ([verb, path, http, lines, ending, content]) => {
        const text = [`${verb} ${path} ${http}`, ...lines, 'Connection: close', '', content].join(ending)
        const answer = await raw(running.live.port, Buffer.from(text, 'latin1'), 150)
        if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 \d{3} /)
      }),
      { numRuns: 150 },
    )
    const { requests, bucket } = running.pop.counters
    expect(Object.values(bucket).reduce((sum, count) => sum + count)).toBe(requests)
    expect((await get(running, '/after')).body).toBe('ok')
  })
})

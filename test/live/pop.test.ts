import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type Got, get, handClock, httpOrigin, popBefore, raw, until } from './rig.ts'

type Headers = Record<string, string | string[]>

/** A PoP before an origin that answers every path with what a table says, and counts in the body. */
async function popWith(table: Record<string, { status?: number; headers?: Headers; body?: string }>, settings = {}) {
  const clock = handClock()
  const origin = await httpOrigin((request, response, count) => {
    const { status = 200, headers = {}, body = `${request.method} ${count}` } = table[request.url!] ?? table['*']!
    const isHeld = 'etag' in headers && request.headers['if-none-match'] === headers.etag
    request.resume()
    response.writeHead(isHeld ? 304 : status, headers)
    response.end(isHeld || request.method === 'HEAD' ? undefined : body)
  })
  const running = await popBefore(origin.url, { pop: { now: clock.now }, ...settings })
  return { origin, running, clock }
}

const fresh = { 'cache-control': 'max-age=60' }

describe('what every answer says', () => {
  it('Cache-Status, Age, Via and Server-Timing (RFC 9211, RFC 9111 5.1, RFC 9110 7.6.3)', async () => {
    const { running, clock } = await popWith({ '*': { headers: fresh } })
    const headers = { host: 'shop' }
    const miss = await get(running, '/a', { headers })
    expect(miss.fields['cache-status']).toBe('pop-test; fwd=uri-miss; fwd-status=200; ttl=60; stored; key="4:shop/a"')
    expect(miss.fields.via).toBe('1.1 pop-test')
    expect(miss.fields['server-timing']).toMatch(/^edge;dur=[\d.]+, origin;dur=[\d.]+$/)
    clock.pass(7)
    const hit = await get(running, '/a', { headers })
    expect(hit.fields['cache-status']).toBe('pop-test; hit; ttl=53; key="4:shop/a"')
    expect([hit.fields.age, hit.body, hit.fields.via]).toEqual(['7', 'GET 1', '1.1 pop-test'])
  })

  it('forwards Via and CDN-Loop', async () => {
    const { running, origin } = await popWith({ '*': { headers: fresh } })
    await get(running, '/', { headers: { Via: '1.1 before', 'CDN-Loop': 'other' } })
    expect(origin.requests[0]!.headers.via).toBe('1.1 before, 1.1 pop-test')
    expect(origin.requests[0]!.headers['cdn-loop']).toBe('other, pop-test')
  })

  it('sums ages of tiers', async () => {
    const { running, clock } = await popWith({ '*': { headers: { ...fresh, age: '30' } } })
    expect((await get(running, '/')).fields.age).toBe('30')
    clock.pass(5)
    expect((await get(running, '/')).fields.age).toBe('35')
  })

  it('ends every request in one bucket', async () => {
    const { running } = await popWith({ '*': { headers: fresh }, '/no': { headers: { 'cache-control': 'no-store' } } })
    for (const path of ['/', '/', '/no', '/no', '/../x']) await get(running, path).catch(() => undefined)
    await get(running, '/', { method: 'POST' })
    await raw(running.live.port, 'NONSENSE\r\n\r\n')
    const { requests, bucket } = running.pop.counters
    expect(Object.values(bucket).reduce((sum, count) => sum + count)).toBe(requests)
    expect(requests).toBe(7)
  })
})

describe('conditions and ranges from the shelf', () => {
  const body = '0123456789'
  const table = {
    '*': { body, headers: { ...fresh, etag: '"v1"', 'content-type': 'text/plain', 'x-other': '1' } },
    '/plain': { body, headers: fresh },
  }
  const ask = async (path: string, headers: Headers, method = 'GET'): Promise<Got & { asked: number }> => {
    const { running, origin } = await popWith(table)
    await get(running, path)
    return { ...(await get(running, path, { headers, method })), asked: origin.seen.length }
  }

  it('304 for what the client holds', async () => {
    const answer = await ask('/', { 'if-none-match': 'W/"x", "v1"' })
    expect([answer.status, answer.body, answer.asked]).toEqual([304, '', 1])
    expect([answer.fields.etag, answer.fields['content-length'], answer.fields.age]).toEqual(['"v1"', undefined, '0'])
  })

  it('a client’s condition does not keep the shelf from being filled', async () => {
    const { running, origin } = await popWith(table)
    expect((await get(running, '/', { headers: { 'if-none-match': '"v1"' } })).status).toBe(304)
    expect((await get(running, '/')).body).toBe(body)
    expect(origin.seen).toHaveLength(1)
  })

  it.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=20-', 416, '', 'bytes */10'],
    ['bytes=4-2', 200, body, undefined],
    ['pages=1-2', 200, body, undefined],
  ])('%s', async (range, status, text, contentRange) => {
    const answer = await ask('/plain', { range })
    expect([answer.status, answer.body, answer.fields['content-range'], answer.asked]).toEqual([
      status,
      text,
      contentRange,
      1,
    ])
  })

  it('several ranges, overlapping ones merged', async () => {
    const answer = await ask('/', { range: 'bytes=0-1,1-2,8-9' })
    const boundary = /boundary=(.*)/.exec(answer.fields['content-type']!)![1]!
    const part = (range: string, text: string): string =>
      `\r\n--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes ${range}/10\r\n\r\n${text}`
    expect(answer.body).toBe(`${part('0-2', '012')}${part('8-9', '89')}\r\n--${boundary}--\r\n`)
    expect(answer.fields['content-length']).toBe(String(answer.body.length))
  })

  it('If-Range', async () => {
    expect((await ask('/', { range: 'bytes=0-1', 'if-range': '"v1"' })).status).toBe(206)
    expect((await ask('/', { range: 'bytes=0-1', 'if-range': '"v2"' })).status).toBe(200)
  })

  it('HEAD from a stored GET, a range ignored', async () => {
    const answer = await ask('/', { range: 'bytes=0-1' }, 'HEAD')
    expect([answer.status, answer.fields['content-length'], answer.body, answer.asked]).toEqual([200, '10', '', 1])
  })

  it('If-Match goes to the origin', async () => {
    expect((await ask('/', { 'if-match': '"v1"' })).asked).toBe(2)
  })
})

describe('partial answers of the origin', () => {
  it('parts under one strong validator become the whole; a 206 is never a 200', async () => {
    const body = '0123456789'
    const origin = await httpOrigin((request, response) => {
      const [first, last] = /bytes=(\d+)-(\d+)/.exec(String(request.headers.range))!.slice(1).map(Number) as [
        number,
        number,
      ]
      const headers = { ...fresh, etag: '"v1"', 'content-range': `bytes ${first}-${last}/10` }
      response.writeHead(206, headers).end(body.slice(first, last + 1))
    })
    const running = await popBefore(origin.url)
    const range = (text: string) => get(running, '/', { headers: { range: text } })
    expect((await range('bytes=0-4')).body).toBe('01234')
    expect((await range('bytes=1-2')).body).toBe('12')
    expect(origin.seen).toHaveLength(1)
    expect((await range('bytes=5-9')).body).toBe('56789')
    const whole = await get(running, '/')
    expect([whole.status, whole.body, origin.seen.length]).toEqual([200, body, 2])
  })

  it('what says another length than it has is not stored', async () => {
    const origin = await httpOrigin((_, response) => {
      response.writeHead(206, { ...fresh, 'content-range': 'bytes 0-8/10' }).end('01234')
    })
    const running = await popBefore(origin.url)
    await get(running, '/', { headers: { range: 'bytes=0-8' } })
    expect(running.pop.shelf.objects).toBe(0)
  })
})

describe('validation', () => {
  it('a 304 updates what is stored and goes to the client as a 200', async () => {
    let version = 'old'
    const clock = handClock()
    const origin = await httpOrigin((request, response) => {
      const headers = { ...fresh, etag: '"1"', 'x-version': version }
      if (request.headers['if-none-match']) response.writeHead(304, { ...headers, 'content-length': '99' }).end()
      else response.writeHead(200, headers).end('body')
    })
    const running = await popBefore(origin.url, { pop: { now: clock.now } })
    await get(running, '/')
    version = 'new'
    clock.pass(61)
    const answer = await get(running, '/')
    expect([answer.status, answer.body, answer.fields['x-version'], answer.fields['content-length']]).toEqual([
      200, 'body', 'new', '4',
    ]) // biome-ignore format: row
    expect(answer.fields['cache-status']).toContain('fwd=stale; fwd-status=304')
    expect((await get(running, '/')).fields['cache-status']).toContain('hit')
    expect(origin.seen).toHaveLength(2)
  })

  it('a client’s own conditions go on once it is known that the answer is not kept', async () => {
    const { running, origin } = await popWith({ '*': { headers: { 'cache-control': 'private', etag: '"1"' } } })
    const headers = { 'if-none-match': '"1"' }
    expect((await get(running, '/', { headers })).status).toBe(200)
    expect((await get(running, '/', { headers })).status).toBe(304)
    expect(origin.requests[1]!.headers['if-none-match']).toBe('"1"')
  })

  it('request directives in conformant, none in cdn', async () => {
    for (const [mode, asked] of [
      ['conformant', 2],
      ['cdn', 1],
    ] as const) {
      const { running, origin } = await popWith({ '*': { headers: fresh } }, { mode })
      await get(running, '/')
      await get(running, '/', { headers: { 'cache-control': 'no-cache' } })
      expect([mode, origin.seen.length]).toEqual([mode, asked])
    }
  })

  it('only-if-cached: 504', async () => {
    const { running, origin } = await popWith({ '*': { headers: fresh } })
    expect((await get(running, '/', { headers: { 'cache-control': 'only-if-cached' } })).status).toBe(504)
    expect(origin.seen).toEqual([])
  })

  it('HEAD freshens what is stored, or shows that it is old', async () => {
    const { running, clock, origin } = await popWith({ '*': { headers: { ...fresh, 'last-modified': 'Mon, 23 Nov 2026 00:00:00 GMT', 'content-length': '5' }, body: 'GET 1' } }) // biome-ignore format: table
    await get(running, '/')
    clock.pass(61)
    await get(running, '/', { method: 'HEAD' })
    expect((await get(running, '/')).fields['cache-status']).toContain('hit')
    expect(origin.seen).toEqual(['GET /', 'HEAD /'])
  })
})

describe('Vary', () => {
  it('holds at most 16 variants of a key', async () => {
    const { running, origin } = await popWith({ '*': { headers: { ...fresh, vary: 'X' } } })
    for (let at = 0; at < 20; at++) await get(running, '/', { headers: { X: String(at) } })
    expect(running.pop.shelf.objects).toBe(16)
    await get(running, '/', { headers: { X: '19' } })
    expect(origin.seen).toHaveLength(20)
    await get(running, '/', { headers: { X: '0' } })
    expect(origin.seen).toHaveLength(21)
  })
})

describe('unsafe methods', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH'])('%s invalidates after success only', async method => {
    const { running, origin } = await popWith({ '*': { headers: fresh } })
    await get(running, '/')
    await get(running, '/', { method, body: 'x' })
    await get(running, '/')
    expect(origin.seen).toEqual(['GET /', `${method} /`, 'GET /'])
  })

  it('not after an error', async () => {
    let isFailing = false
    const origin = await httpOrigin((request, response) => {
      request.resume()
      response.writeHead(isFailing ? 500 : 200, fresh).end('x')
    })
    const running = await popBefore(origin.url)
    await get(running, '/')
    isFailing = true
    await get(running, '/', { method: 'POST', body: 'x' })
    expect((await get(running, '/')).fields['cache-status']).toContain('hit')
  })

  it('Location and Content-Location of the same origin too, others not', async () => {
    const table = {
      '*': { headers: fresh },
      '/do': { headers: { location: '/a', 'content-location': 'http://shop/b' } },
      '/away': { headers: { location: 'http://elsewhere/c' } },
    }
    const { running } = await popWith(table)
    const headers = { host: 'shop' }
    for (const path of ['/a', '/b', '/c']) await get(running, path, { headers })
    await get(running, '/do', { method: 'POST', headers })
    await get(running, '/away', { method: 'POST', headers })
    expect(running.pop.shelf.objects).toBe(1)
  })

  it('an answer to POST may serve later GETs (RFC 9110, 9.3.3)', async () => {
    const { running, origin } = await popWith({ '*': { headers: { ...fresh, 'content-location': '/form' } } })
    await get(running, '/form', { method: 'POST', body: 'x' })
    expect((await get(running, '/form')).body).toBe('POST 1')
    await get(running, '/other', { method: 'POST', body: 'x' })
    expect((await get(running, '/other')).body).toBe('GET 3')
    expect(origin.seen).toHaveLength(3)
  })
})

describe('interim answers (RFC 8297)', () => {
  it('102 and 103 are passed on and never stored', async () => {
    const origin = await httpOrigin((request, response) => {
      request.socket.write(
        'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>; any=thing, odd\r\n\r\n',
      )
      response.writeHead(200, fresh).end('done')
    })
    const running = await popBefore(origin.url)
    const ask = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
    const first = await raw(running.live.port, ask)
    expect(first).toMatch(
      /^HTTP\/1.1 102 Processing\r\n\r\nHTTP\/1.1 103 Early Hints\r\nLink: <\/x>; any=thing, odd\r\n\r\nHTTP\/1.1 200/,
    )
    expect(await raw(running.live.port, ask)).toMatch(/^HTTP\/1.1 200/)
  })
})

describe('purging', () => {
  const table = {
    '*': { headers: { ...fresh, etag: '"1"', 'cache-tag': 'news' } },
    '/b/2': { headers: { ...fresh, 'surrogate-key': 'x y' } },
  }
  it.each([
    ['a URL', { kind: 'key' as const, key: '1:h/b/1' }, 1],
    ['a prefix', { kind: 'prefix' as const, prefix: '/b/' }, 2],
    ['Cache-Tag', { kind: 'tag' as const, tag: 'news' }, 2],
    ['Surrogate-Key', { kind: 'tag' as const, tag: 'y' }, 1],
    ['all', { kind: 'all' as const }, 3],
  ])('by %s', async (_, scope, count) => {
    const { running } = await popWith(table)
    for (const path of ['/a', '/b/1', '/b/2']) await get(running, path, { headers: { host: 'h' } })
    expect(running.pop.purge(scope)).toBe(count)
    expect(running.pop.shelf.objects).toBe(3 - count)
  })

  it('a soft purge makes stale: the next one gets it while it is validated, the one after that is fresh again', async () => {
    const { running, origin } = await popWith(table)
    await get(running, '/a')
    running.pop.purge({ kind: 'all' }, true)
    expect((await get(running, '/a')).fields['cache-status']).toContain('detail=stale-while-revalidate')
    await until(() => running.pop.flights === 0)
    expect((await get(running, '/a')).fields['cache-status']).toContain('hit; ttl=60')
    expect(origin.requests[1]!.headers['if-none-match']).toBe('"1"')
  })
})

describe('the shelf', () => {
  it.each(['lru', 'sieve', 's3-fifo', 'lru-cache'])(
    '%s keeps bodies within its bytes, index included',
    async policy => {
      const { running } = await popWith(
        { '*': { headers: fresh, body: 'x'.repeat(9000) } },
        { capacityBytes: 100_000, policy },
      )
      for (let at = 0; at < 50; at++) await get(running, `/${at}`)
      expect(running.pop.shelf.objects).toBeGreaterThan(5)
      expect(running.pop.shelf.objects).toBeLessThan(11)
      expect(running.pop.shelf.cache.heldBytes).toBeLessThanOrEqual(100_000)
    },
  )

  it('answers many requests on one connection in order', async () => {
    const { running } = await popWith({ '*': { headers: fresh }, '/slow': { headers: fresh, body: 'slow' } })
    let answer = ''
    const socket = connect(running.live.port, '127.0.0.1')
    socket.on('data', chunk => {
      answer += chunk.toString('latin1')
    })
    socket.write(['/slow', '/1', '/2'].map(path => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''))
    await until(() => answer.includes('GET 3') || answer.includes('GET 2'))
    expect(answer.indexOf('slow')).toBeLessThan(answer.indexOf('GET 2'))
    socket.destroy()
  })
})

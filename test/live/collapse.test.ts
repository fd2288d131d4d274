import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { get, handClock, httpOrigin, popBefore, rawOrigin, until } from './rig.ts'

const cacheable = { 'Cache-Control': 'max-age=60' }

describe('collapsing', () => {
  it('500 requests for one cold key make one fetch per PoP', async () => {
    let answer = (): void => undefined
    const origin = await httpOrigin((_, response) => {
      answer = () => response.writeHead(200, cacheable).end('body')
    })
    const running = await popBefore(origin.url)
    const asked = Promise.all(Array.from({ length: 500 }, () => get(running, '/')))
    await until(() => running.pop.counters.requests === 500, 20_000)
    answer()
    const answers = await asked
    expect(answers.every(({ status, body }) => status === 200 && body === 'body')).toBe(true)
    expect(origin.seen).toHaveLength(1)
    expect(running.pop.counters.collapsed).toBe(499)
    expect(answers.filter(({ fields }) => fields['cache-status']!.includes('collapsed'))).toHaveLength(499)
  })

  it('whoever comes while the body is on its way gets it from the beginning', async () => {
    let finish = (): void => undefined
    const origin = await httpOrigin((_, response) => {
      response.writeHead(200, cacheable).write('first ')
      finish = () => response.end('second')
    })
    const running = await popBefore(origin.url)
    const early = get(running, '/')
    await until(() => origin.seen.length === 1)
    await new Promise(resolve => setTimeout(resolve, 30))
    const late = get(running, '/')
    await until(() => running.pop.counters.collapsed === 1)
    finish()
    expect([(await early).body, (await late).body]).toEqual(['first second', 'first second'])
    expect(origin.seen).toHaveLength(1)
  })

  it('the leader fails: waiters go on in one more fetch', async () => {
    const origin = await rawOrigin((socket, _, count) => {
      if (count === 1) setTimeout(() => socket.resetAndDestroy(), 100)
      else socket.write('HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 2\r\n\r\nok')
    })
    const running = await popBefore(origin.url)
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(running, '/')))
    expect(answers.filter(({ status }) => status === 502)).toHaveLength(1)
    expect(answers.filter(({ body }) => body === 'ok')).toHaveLength(49)
    expect(origin.seen).toHaveLength(2)
  })

  it('an origin that fails again fails all at once, in two fetches', async () => {
    const all: { count?: () => number } = {}
    const origin = await rawOrigin((socket, _head, count) => {
      if (count === 1) until(() => all.count!() === 50).then(() => socket.resetAndDestroy())
      else setTimeout(() => socket.resetAndDestroy(), 100)
    })
    const running = await popBefore(origin.url)
    all.count = () => running.pop.counters.requests
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(running, '/')))
    expect(answers.every(({ status }) => status === 502)).toBe(true)
    expect(origin.seen).toHaveLength(2)
  })

  it('the leader stalls: waiters do not wait as long', async () => {
    const origin = await httpOrigin((_, response, count) => {
      if (count > 1) response.writeHead(200, cacheable).end('ok')
    })
    const running = await popBefore(origin.url, { pop: { collapseWaitMs: 100 }, upstream: { headTimeoutMs: 1200 } })
    const leader = get(running, '/')
    await until(() => origin.seen.length === 1)
    const startedAt = performance.now()
    const waiters = await Promise.all(Array.from({ length: 20 }, () => get(running, '/')))
    expect(performance.now() - startedAt).toBeLessThan(2000)
    expect(waiters.every(({ body }) => body === 'ok')).toBe(true)
    expect(origin.seen).toHaveLength(2)
    expect((await leader).status).toBe(504)
  })

  it('the leader turns out uncacheable: waiters go alone, side by side', async () => {
    const pending: ServerResponse[] = []
    const origin = await httpOrigin((_, response) => {
      pending.push(response)
    })
    const running = await popBefore(origin.url)
    const asked = Promise.all(Array.from({ length: 20 }, () => get(running, '/')))
    await until(() => running.pop.counters.requests === 20)
    expect(pending).toHaveLength(1)
    const answer = (response: ServerResponse): void => {
      response.writeHead(200, { 'Cache-Control': 'private' }).end('mine')
    }
    answer(pending[0]!)
    // Nobody has been answered but the leader, and all the others are already asked for.
    await until(() => pending.length === 20)
    for (const response of pending.slice(1)) answer(response)
    expect((await asked).every(({ body }) => body === 'mine')).toBe(true)
  })

  it('the next ones do not wait in line either, for a short while (hit-for-miss)', async () => {
    const clock = handClock()
    const origin = await httpOrigin((_, response) => {
      setTimeout(() => response.writeHead(200, { 'Cache-Control': 'no-store' }).end('x'), 50)
    })
    const running = await popBefore(origin.url, { pop: { now: clock.now, markerLifeMs: 5000 } })
    await get(running, '/')
    await Promise.all(Array.from({ length: 10 }, () => get(running, '/')))
    expect(running.pop.counters.collapsed).toBe(0)
  })

  it('the leader’s client leaves before the head: waiters are served by the same fetch', async () => {
    const pending: ServerResponse[] = []
    const origin = await httpOrigin((_, response) => void pending.push(response))
    const running = await popBefore(origin.url)
    const client = connect(running.live.port, '127.0.0.1', () => client.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n'))
    await until(() => pending.length === 1)
    const waiter = get(running, '/', { headers: { host: 'h' } })
    await until(() => running.pop.counters.requests === 2)
    client.destroy()
    await new Promise(resolve => setTimeout(resolve, 30))
    pending[0]!.writeHead(200, cacheable).end('ok')
    expect((await waiter).body).toBe('ok')
    expect(origin.seen).toHaveLength(1)
  })

  it('variants that differ are not given to each other', async () => {
    const origin = await httpOrigin((request, response) => {
      const body = String(request.headers['accept-language'])
      setTimeout(() => response.writeHead(200, { ...cacheable, Vary: 'Accept-Language' }).end(body), 60)
    })
    const running = await popBefore(origin.url)
    const languages = Array.from({ length: 40 }, (_, at) => ['de', 'fr', 'it', 'en'][at % 4]!)
    const answers = await Promise.all(
      languages.map(language => get(running, '/', { headers: { 'Accept-Language': language } })),
    )
    expect(answers.map(({ body }) => body)).toEqual(languages)
    expect(origin.seen.length).toBeLessThanOrEqual(8)
  })

  it('revalidations collapse too', async () => {
    const clock = handClock()
    const origin = await httpOrigin((request, response) => {
      const headers = { ...cacheable, ETag: '"1"' }
      setTimeout(() => {
        if (request.headers['if-none-match'] === '"1"') response.writeHead(304, headers).end()
        else response.writeHead(200, headers).end('body')
      }, 50)
    })
    const running = await popBefore(origin.url, { pop: { now: clock.now } })
    await get(running, '/')
    clock.pass(61)
    const answers = await Promise.all(Array.from({ length: 30 }, () => get(running, '/')))
    expect(answers.every(({ status, body }) => status === 200 && body === 'body')).toBe(true)
    expect(origin.seen).toHaveLength(2)
    expect(running.pop.counters.bucket.revalidated).toBe(30)
  })

  it('one refresh behind a stale answer, with the request’s fields', async () => {
    const clock = handClock()
    const origin = await httpOrigin((_, response, count) => {
      const headers = { 'Cache-Control': 'max-age=10, stale-while-revalidate=60' }
      setTimeout(() => response.writeHead(200, headers).end(`body ${count}`), count === 1 ? 0 : 80)
    })
    const running = await popBefore(origin.url, { pop: { now: clock.now } })
    await get(running, '/')
    clock.pass(20)
    const headers = { 'X-Who': 'asks' }
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(running, '/', { headers })))
    expect(answers.every(({ body }) => body === 'body 1')).toBe(true)
    await until(() => origin.seen.length === 2)
    expect(origin.requests[1]!.headers['x-who']).toBe('asks')
    const key = `${`127.0.0.1:${running.live.port}`.length}:127.0.0.1:${running.live.port}/`
    await until(() => running.pop.shelf.select(key, [])?.body.toString() === 'body 2')
    expect((await get(running, '/')).body).toBe('body 2')
    expect(origin.seen).toHaveLength(2)
  })
})

describe('a refresh behind a stale answer', () => {
  it('is a GET also when HEAD found it, so that others can join', async () => {
    const clock = handClock()
    const origin = await httpOrigin((_, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=10, stale-while-revalidate=60' }).end('body')
    })
    const running = await popBefore(origin.url, { pop: { now: clock.now } })
    await get(running, '/')
    clock.pass(20)
    await get(running, '/', { method: 'HEAD' })
    await until(() => running.pop.flights === 0)
    expect(origin.seen).toEqual(['GET /', 'GET /'])
    expect((await get(running, '/')).fields['cache-status']).toContain('hit; ttl=10')
  })
})

describe('purging during a fetch', () => {
  it.each([
    ['by key', { kind: 'key' as const }],
    ['by prefix', { kind: 'prefix' as const, prefix: '/a' }],
    ['by tag, before the head', { kind: 'tag' as const, tag: 'news' }],
    ['all', { kind: 'all' as const }],
  ])('%s: the old body is served to who waits, but not kept', async (_, scope) => {
    let answer = (): void => undefined
    const origin = await httpOrigin((_request, response) => {
      answer = () => response.writeHead(200, { ...cacheable, 'Cache-Tag': 'news, sport' }).end('old')
    })
    const running = await popBefore(origin.url)
    const waiting = get(running, '/a', { headers: { host: 'h' } })
    await until(() => origin.seen.length === 1)
    running.pop.purge(scope.kind === 'key' ? { kind: 'key', key: '1:h/a' } : scope)
    answer()
    expect((await waiting).body).toBe('old')
    expect(running.pop.shelf.objects).toBe(0)
  })
})

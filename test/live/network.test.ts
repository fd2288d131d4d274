import { request as httpRequest } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { formatAccess } from '../../src/live/access-log.ts'
import type { Answered } from '../../src/live/exchange.ts'
import { type NetworkOptions, type RunningNetwork, startNetwork } from '../../src/live/network.ts'
import { originBody } from '../../src/live/origin-server.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan-of.ts'

const scenario = `
pops:
  - {id: SYD, at: Sydney}
  - {id: FRA, at: Frankfurt}
  - {id: IAD, at: Washington}
shields:
  - {id: SHIELD, at: Ashburn}
edge: {capacity: 10MB, parent: SHIELD}
origin: {at: us-east-1, think: 0ms}
traffic: {objects: 100, requests: 100, rate: 10/s}
behaviors:
  - {path: /private/*, cache: {uncacheable: 100%}}
  - {path: "*", cache: {ttl: 1h}}
`
const token = 'a-long-enough-token'
let network: RunningNetwork | undefined

afterEach(async () => {
  await network?.close(true)
  network = undefined
})

async function start(more: Partial<NetworkOptions> = {}): Promise<RunningNetwork> {
  const atlas = loadAtlas()
  const { plan } = planOf(readScenario(scenario, 'test.yaml'), atlas)
  const ports = { host: '127.0.0.1', port: 0, popPort: 0, controlPort: 0 }
  const manners = { manner: 'redirect' as const, timeScale: 0, keepsHost: false, mode: 'conformant' as const }
  network = await startNetwork({ plan, atlas, origin: undefined, ...ports, ...manners, token, now: Date.now, ...more })
  return network
}

interface Reply {
  status: number
  fields: Record<string, string | undefined>
  body: string
}

function ask(
  port: number,
  path: string,
  method = 'GET',
  headers: Record<string, string> = {},
  body?: string,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, response => {
      let text = ''
      response.setEncoding('latin1')
      response.on('data', chunk => {
        text += chunk
      })
      response.on('end', () =>
        resolve({ status: response.statusCode!, fields: response.headers as Reply['fields'], body: text }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function change(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const given = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers }
  return ask(network!.control.port, path, 'POST', given, JSON.stringify(body))
}

describe('the front door', () => {
  it.each([
    ['Tokyo', 'SYD'],
    ['Berlin', 'FRA'],
    ['New York', 'IAD'],
    ['-37.8,145', 'SYD'],
  ])('sends a visitor from %s to %s', async (from, pop) => {
    const { door } = await start()
    const byQuery = await ask(door.port, `/a?x=1&from=${encodeURIComponent(from)}`)
    expect([byQuery.status, byQuery.fields['x-sim-pop']]).toEqual([307, pop])
    expect(byQuery.fields.location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/a\?x=1$/)
    expect((await ask(door.port, '/a', 'GET', { 'X-Sim-Location': from })).fields['x-sim-pop']).toBe(pop)
  })

  it('says what it does not know', async () => {
    const { door } = await start()
    const answer = await ask(door.port, '/a?from=Frankfrut')
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('Frankfurt')])
  })

  it('asks the PoP itself as a proxy; edge, shield and origin answer', async () => {
    const { door, origin } = await start({ manner: 'proxy' })
    const miss = await ask(door.port, '/a?bytes=100&from=Berlin')
    expect([miss.status, miss.body]).toEqual([200, originBody('/a?bytes=100').toString()])
    expect(miss.fields['cache-status']).toMatch(/^SHIELD; fwd=uri-miss.*, FRA; fwd=uri-miss/)
    expect(miss.fields.via).toBe('1.1 SHIELD, 1.1 FRA')
    const other = await ask(door.port, '/a?bytes=100&from=Sydney')
    expect(other.fields['cache-status']).toMatch(/^SHIELD; hit.*, SYD; fwd=uri-miss/)
    expect((await ask(door.port, '/a?bytes=100&from=Berlin')).fields['cache-status']).toContain('FRA; hit')
    expect(origin.state!.requests).toBe(1)
  })

  it('never redirects to another host', async () => {
    const { door } = await start()
    for (const path of ['//evil.example/', '/\\evil.example', 'http://evil.example/x'])
      expect((await ask(door.port, path)).fields.location ?? '').not.toMatch(/^(https?:)?\/\/(?!127\.0\.0\.1:)/)
  })
})

describe('distance', () => {
  it('costs what the model says, by the time scale', async () => {
    const { door } = await start({ manner: 'proxy', timeScale: 0.5 })
    await ask(door.port, '/warm?from=Sydney')
    const startedAt = performance.now()
    const answer = await ask(door.port, '/b?from=Sydney')
    const rttMs = Number.parseFloat(answer.fields['x-sim-rtt']!)
    const tookMs = performance.now() - startedAt
    expect(tookMs).toBeGreaterThan(rttMs * 0.5 + 50)
    expect(tookMs).toBeLessThan(2000)
  })
})

describe('PoPs that fail', () => {
  it('visitors move to the next; when all are down there is a clear error', async () => {
    const { door } = await start({ manner: 'proxy' })
    await change('/fail', { pop: 'FRA' })
    expect((await ask(door.port, '/a?from=Berlin')).fields['x-sim-pop']).toBe('IAD')
    for (const pop of ['IAD', 'SYD']) await change('/fail', { pop })
    expect((await ask(door.port, '/a?from=Berlin')).status).toBe(503)
    await change('/revive', { pop: 'FRA' })
    expect((await ask(door.port, '/a?from=Berlin')).fields['x-sim-pop']).toBe('FRA')
  })

  it('a PoP that is down answers nobody; children of a shield that is down ask the origin', async () => {
    const { pops } = await start()
    await change('/fail', { pop: 'SHIELD' })
    const [edge, , , shield] = pops
    await expect(ask(shield!.live.port, '/a')).rejects.toThrow()
    expect((await ask(edge!.live.port, '/a')).fields.via).toBe(`1.1 ${edge!.id}`)
  })

  it('the origin can be stopped and slowed', async () => {
    const { pops } = await start()
    await ask(pops[0]!.live.port, '/held')
    await change('/origin', { stop: true })
    expect((await ask(pops[0]!.live.port, '/new')).status).toBe(502)
    expect((await ask(pops[0]!.live.port, '/held')).status).toBe(200)
    await change('/origin', { stop: false })
    expect((await ask(pops[0]!.live.port, '/new')).status).toBe(200)
  })
})

describe('the control API', () => {
  it('purges a URL, a prefix and all, on one PoP or every one', async () => {
    const { pops } = await start()
    for (const { live, isEdge } of pops) if (isEdge) for (const path of ['/a', '/b/1']) await ask(live.port, path)
    expect(JSON.parse((await change('/purge', { url: '/a', pop: 'SYD' })).body)).toEqual({ purged: 1 })
    expect(JSON.parse((await change('/purge', { url: '/a' })).body)).toEqual({ purged: 3 })
    expect(JSON.parse((await change('/purge', { prefix: '/b/', soft: true })).body)).toEqual({ purged: 4 })
    expect(JSON.parse((await change('/purge', { all: true })).body)).toEqual({ purged: 4 })
  })

  it.each([
    ['no token', { authorization: '' }, 401],
    ['a wrong token', { authorization: 'Bearer wrong' }, 401],
    ['a form of another page', { 'content-type': 'text/plain' }, 415],
    ['another Origin', { origin: 'http://evil.example' }, 403],
    ['the Origin null', { origin: 'null' }, 403],
    ['a name that was pointed here', { host: 'evil.example' }, 403],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }, 403],
  ])('refuses changes with %s', async (_, headers, status) => {
    const { alive } = await start()
    expect((await change('/fail', { pop: 'SYD' }, headers)).status).toBe(status)
    expect(alive[0]).toBe(1)
  })

  it('refuses changes by GET, unknown names, and what is no JSON', async () => {
    const { control } = await start()
    expect((await ask(control.port, '/purge', 'PUT', { authorization: `Bearer ${token}` })).status).toBe(405)
    expect((await ask(control.port, '/purge')).status).toBe(404)
    expect((await change('/__proto__', {})).status).toBe(404)
    expect((await change('/fail', { pop: 'SDY' })).body).toContain('did you mean "SYD"')
    expect((await change('/purge', { everything: true })).status).toBe(400)
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    expect((await ask(control.port, '/purge', 'POST', headers, '{')).status).toBe(400)
    expect((await ask(control.port, '/purge', 'POST', headers, '"'.padEnd(100_000))).status).toBe(413)
  })

  it('looking is for this machine, and not for pages of other sites', async () => {
    const { control } = await start()
    expect((await ask(control.port, '/state', 'GET', { origin: 'http://evil.example' })).status).toBe(403)
    expect((await ask(control.port, '/state', 'GET', { host: 'evil.example' })).status).toBe(403)
    const { pops } = JSON.parse((await ask(control.port, '/state')).body)
    expect(pops.map(({ id }: { id: string }) => id)).toEqual(['FRA', 'IAD', 'SYD', 'SHIELD'])
  })

  it('tells Prometheus', async () => {
    const { control, pops } = await start()
    await ask(pops[0]!.live.port, '/a')
    await ask(pops[0]!.live.port, '/a')
    const { body, fields } = await ask(control.port, '/metrics')
    expect(fields['content-type']).toContain('text/plain')
    expect(body).toContain(`cdnlab_requests_total{pop="${pops[0]!.id}",bucket="hit"} 1`)
    expect(body).toContain('cdnlab_origin_requests_total 1')
    expect(body).toContain('cdnlab_upstream_requests_total{pop="SHIELD"} 1')
  })
})

describe('the access log', () => {
  const request = { method: 'GET', url: '/"\u202e<', httpVersion: '1.1', socket: { remoteAddress: '127.0.0.1' } }
  const headers = { 'user-agent': 'a\u001b[31m\n"b', referer: '\u2028' }
  const answered = { status: 200, bytes: 5, bucket: 'hit', isCollapsed: false, tookMs: 1.25, upstreamMs: 0 }
  const now = new Date(Date.UTC(2026, 10, 24, 9, 5, 7))
  const given = { ...answered, exchange: undefined, request: { ...request, headers } } as unknown as Answered

  it('combined: nothing that a client sends ends the line or reaches the terminal', () => {
    expect(formatAccess('combined', 'SYD', given, now)).toBe(
      '127.0.0.1 - - [24/Nov/2026:09:05:07 +0000] "GET /\\"\\u202e< HTTP/1.1" 200 5 "\\u2028" "a\\x1b[31m\\x0a\\"b" SYD hit 1.3ms',
    )
  })

  it('json: one object a line', () => {
    const line = formatAccess('json', 'SYD', given, now)
    expect(line).toMatch(/^[\x20-\x7e]*$/)
    expect(JSON.parse(line)).toMatchObject({
      pop: 'SYD',
      bucket: 'hit',
      agent: headers['user-agent'],
      url: request.url,
    })
  })
})

import { request as httpRequest, type IncomingMessage } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { type NetworkOptions, type RunningNetwork, startNetwork } from '../../src/live/network.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan-of.ts'
import { raw } from './rig.ts'

const scenario = `
pops: [{id: SYD, at: Sydney}, {id: FRA, at: Frankfurt}]
edge: {capacity: 10MB}
origin: {at: us-east-1, think: 0ms}
visitors: {cities: [{at: Sydney}, {at: Berlin}]}
traffic: {objects: 100, requests: 100, rate: 10/s}
`
const token = 'a-long-enough-token'
let network: RunningNetwork | undefined
const streams: IncomingMessage[] = []

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.destroy()
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

interface Asked {
  path?: string
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** The head of an answer; its body is read by whoever wants it. */
function open(port: number, { path = '/', method = 'GET', headers = {}, body }: Asked): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, resolve)
    sent.on('error', reject)
    sent.end(body)
  })
}

async function ask(port: number, asked: Asked): Promise<{ status: number; text: string; type: string }> {
  const answer = await open(port, asked)
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return { status: answer.statusCode!, text, type: String(answer.headers['content-type']) }
}

/** Follows the stream and answers its parts, as they are when a condition on them holds. */
async function partsWhen(
  port: number,
  holds: (parts: Record<string, string>) => boolean,
  path = '/events',
): Promise<Record<string, string>> {
  const stream = await open(port, { path })
  streams.push(stream)
  const parts: Record<string, string> = {}
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) {
    const events = (text + chunk).split('\n\n')
    text = events.pop()!
    for (const event of events) Object.assign(parts, JSON.parse(event.replace(/^data: /, '')))
    if (holds(parts)) return parts
  }
  throw new Error('the stream ended')
}

function change(path: string, body: unknown): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return ask(network!.control.port, { path, method: 'POST', headers, body: JSON.stringify(body) })
}

describe('what the stream tells', () => {
  it('counts each request to an edge once, where its visitor is', async () => {
    const { control, pops } = await start()
    const [fra, syd] = pops
    const sydney = { 'x-sim-location': '-33.87,151.21' }
    for (let round = 0; round < 3; round++) await ask(syd!.live.port, { path: '/a?bytes=1000', headers: sydney })
    await ask(fra!.live.port, { path: '/a?bytes=1000', headers: { 'x-sim-location': 'Berlin' } })
    const parts = await partsWhen(control.port, () => true)
    const all = await partsWhen(control.port, ({ cards = '' }) => cards !== '')
    expect(Object.keys({ ...parts, ...all })).toEqual(expect.arrayContaining(['map', 'layers', 'timeline', 'pops']))
    expect(all.cards).toContain('50.0 %')
    expect(all.cards).toContain('of 4 requests')
    expect(all.cards).toContain('2 requests reach the origin')
    expect(all.cards).toContain('of 3.91 KiB sent')
    expect(JSON.parse(all.places!).cities.map((city: unknown[]) => [city[2], city[3], city[6]])).toEqual([
      ['Sydney', 3, 'SYD'],
      ['Berlin', 1, 'FRA'],
    ])
    expect(all.why).toContain('absent')
  })

  it('shows PoPs that are cut, and puts marks on the timeline', async () => {
    const { control } = await start()
    const seen = partsWhen(control.port, ({ timeline = '' }) => timeline.includes('SYD cut'))
    await change('/fail', { pop: 'SYD' })
    const { layers, pops, facts } = await seen
    expect(facts).toContain('1 of them down')
    expect(layers).toContain('class="down"')
    expect(pops).toContain('Bring back')
  })

  it('forgets what is older than the last minute where that is asked for', async () => {
    const { control, pops } = await start()
    await ask(pops[0]!.live.port, { path: '/a' })
    const { cards } = await partsWhen(control.port, ({ cards = '' }) => cards !== '', '/events?span=minute')
    expect(cards).toContain('of 1 requests')
  })

  it('a proxying door says where its visitors are', async () => {
    const { control, door } = await start({ manner: 'proxy' })
    await ask(door.port, { path: '/a?from=Sydney' })
    const { places } = await partsWhen(control.port, ({ places = '' }) => places.includes('Sydney'))
    expect(JSON.parse(places!).cities).toHaveLength(1)
  })

  it('ends when the network does', async () => {
    const running = await start()
    const stream = await open(running.control.port, { path: '/events' })
    stream.resume()
    const ended = new Promise(resolve => stream.on('close', resolve))
    await running.close()
    await ended
    network = undefined
  })
})

describe('the report of a running network', () => {
  it('is the page of a run, with the scenario in it', async () => {
    const { control, pops } = await start({ scenario: 'title: "</pre><script>harm</script>"' })
    await ask(pops[0]!.live.port, { path: '/a' })
    const { text, type } = await ask(control.port, { path: '/report.html' })
    expect(type).toContain('text/html')
    expect(text).toContain('of 1 requests')
    expect(text).toContain('&#60;/pre&#62;')
    expect(text).not.toContain('<script>harm')
  })
})

describe('who is refused', () => {
  const paths = ['/', '/events', '/report.html']

  it.each([
    ['another Origin', { origin: 'http://evil.example' }],
    ['the Origin null', { origin: 'null' }],
    ['a name that was pointed here', { host: 'evil.example' }],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }],
  ])('%s, on the page and on the stream', async (_, headers) => {
    const { control } = await start()
    for (const path of paths) expect([path, (await ask(control.port, { path, headers })).status]).toEqual([path, 403])
  })

  it('where others can reach the port, all but the empty frame needs the token', async () => {
    const { control } = await start({ host: '0.0.0.0' })
    const headers = { authorization: `Bearer ${token}` }
    for (const path of ['/events', '/report.html']) {
      expect((await ask(control.port, { path })).status).toBe(401)
      expect((await ask(control.port, { path, headers: { authorization: 'Bearer wrong-token' } })).status).toBe(401)
    }
    expect((await ask(control.port, { path: '/report.html', headers })).status).toBe(200)
    const { status, text } = await ask(control.port, { path: '/' })
    expect(status).toBe(200)
    expect(text).not.toMatch(/SYD|FRA|Sydney/)
  })

  it('more watchers than there is room for', async () => {
    const { control } = await start()
    for (let watcher = 0; watcher < 32; watcher++)
      streams.push((await open(control.port, { path: '/events' })).resume())
    expect((await ask(control.port, { path: '/events' })).status).toBe(503)
    streams.pop()!.destroy()
    await new Promise(resolve => setTimeout(resolve, 50))
    const again = await open(control.port, { path: '/events' })
    streams.push(again)
    expect(again.statusCode).toBe(200)
  })

  it('those who would change something by looking', async () => {
    const { control, alive } = await start()
    const answer = await raw(control.port, 'POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n', 300)
    expect(answer).toMatch(/^HTTP\/1.1 40[45]/)
    expect((await ask(control.port, { path: '/fail?pop=SYD' })).status).toBe(404)
    expect([...alive]).toEqual([1, 1])
  })
})

describe('the page', () => {
  it('can be framed by nobody, and names by their hashes all that runs in it', async () => {
    const { control } = await start()
    const answer = await open(control.port, {})
    let text = ''
    for await (const chunk of answer) text += String(chunk)
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(text).toMatch(/default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'/)
    expect(text).not.toMatch(/ on[a-z]+=|style="|javascript:/)
  })
})

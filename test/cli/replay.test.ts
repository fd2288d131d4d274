import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { ReplayOptions } from '../../src/cli/replay.ts'
import { replayLogs } from '../../src/cli/replay-action.ts'
import { runScenario } from '../../src/cli/run-scenario.ts'
import { createRandom } from '../../src/lib/random.ts'
import type { ReplayReport } from '../../src/report/replay.ts'
import type { RunResult } from '../../src/stats/result.ts'
import {
  cloudflareLog,
  cloudfrontJsonLog,
  cloudfrontLog,
  combinedLog,
  customFormat,
  customLog,
  fastlyLog,
  makeVisits,
  world,
} from '../traffic/logs/make-logs.ts'
import { writeGeoIp } from './make-geoip.ts'

const folder = mkdtempSync(join(tmpdir(), 'cdnlab-replay-'))
const visits = makeVisits(1, 7000)
const asItIs = [`edge.capacity=${world.capacity}`, `behaviors.1.cache.ttl=${world.ttl}`]
const usual: ReplayOptions = { format: 'auto', at: 'us-east-1', popAt: [], base: asItIs, set: [], progress: false }
let files = 0

function put(text: string | Buffer, ending = 'log'): string {
  const path = join(folder, `log-${files++}.${ending}`)
  writeFileSync(path, text)
  return path
}

async function replay(logs: string[], options: Partial<ReplayOptions> = {}): Promise<ReplayReport> {
  const output = join(folder, `report-${files++}.json`)
  await replayLogs(logs, { ...usual, json: true, output, ...options })
  return JSON.parse(readFileSync(output, 'utf8')) as ReplayReport
}

/** A text as a zstd frame of raw blocks. Source: RFC 8878, sections 3.1.1.1 and 3.1.1.2. */
function zstd(text: string): Buffer {
  const bytes = Buffer.from(text)
  const blocks: Buffer[] = [Buffer.from('28b52ffd0050', 'hex')]
  for (let from = 0; from < bytes.length; from += 100_000) {
    const block = bytes.subarray(from, from + 100_000)
    const head = Buffer.alloc(3)
    head.writeUIntLE((block.length << 3) | (from + 100_000 >= bytes.length ? 1 : 0), 0, 3)
    blocks.push(head, block)
  }
  return Buffer.concat(blocks)
}

/** Everything that does not name the command line. */
const figures = ({ manifest: _manifest, ...rest }: RunResult): Omit<RunResult, 'manifest'> => rest

const logs = {
  cloudfront: put(cloudfrontLog(visits)),
  'cloudfront-json': put(cloudfrontJsonLog(visits)),
  cloudflare: put(cloudflareLog(visits)),
  fastly: put(fastlyLog(visits)),
  custom: put(customLog(visits)),
}

describe('a replay of parts', () => {
  it.each(['cloudfront', 'cloudflare', 'fastly', 'custom'] as const)('serves the bytes of the log: %s', async name => {
    const sizes = new Map<string, number>()
    const urlOf = ({ method, path, query }: (typeof visits)[number]): string =>
      `${method === 'POST' ? 'POST ' : ''}${path}?${query}`
    for (const visit of visits)
      if (visit.status === 200) sizes.set(urlOf(visit), Math.max(sizes.get(urlOf(visit)) ?? 0, visit.bytes))
    const isKnown = (visit: (typeof visits)[number]): boolean => (sizes.get(urlOf(visit)) ?? 0) > 0
    // Only objects that were seen whole: the sizes of the others are guesses of each format.
    const known = visits.filter(isKnown)
    const log = { cloudfront: cloudfrontLog, cloudflare: cloudflareLog, fastly: fastlyLog, custom: customLog }[name]
    const format = name === 'custom' ? { logFormat: customFormat } : {}
    const {
      base,
      log: facts,
      comparison,
    } = await replay([put(log(known))], {
      ...format,
      base: [...asItIs, 'warmup=none'],
    })
    const parts = known.filter(({ status }) => status === 206)
    const sent = known.reduce((sum, visit) => sum + (visit.status === 206 ? visit.bytes : sizes.get(urlOf(visit))!), 0)
    expect(parts.length).toBeGreaterThan(50)
    expect(facts).toMatchObject({
      parts: parts.length,
      partBytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
      silentParts: 0,
    })
    expect(base.pops.filter(({ isEdge }) => isEdge).reduce((sum, { bytes }) => sum + bytes, 0)).toBe(sent)
    expect(comparison.bytes).toBe(sent)
  })
})

describe('a replay of what the simulator itself has logged', () => {
  it.each([
    // Only whole seconds, and no word for what must not be stored.
    ['cloudfront', 0.985],
    ['cloudfront-json', 0.985],
    ['cloudflare', 0.995],
    // No word for a copy that was found unchanged.
    ['fastly', 0.94],
    ['custom', 0.995],
  ] as const)('%s: verdict by verdict, at least %d of them', async (name, least) => {
    const { log, comparison } = await replay([logs[name]], name === 'custom' ? { logFormat: customFormat } : {})
    expect([log.requests, log.visitors]).toEqual([visits.length, new Set(visits.map(({ address }) => address)).size])
    expect(comparison.agreeing / comparison.compared).toBeGreaterThan(least)
    expect(comparison.samePop).toBe(comparison.compared)
    const { logged, simulated, compared } = comparison
    expect(Math.abs(logged.hits - simulated.hits) / compared).toBeLessThan(0.005)
    expect(comparison.pops.map(({ id }) => id).sort()).toEqual(['FRA', 'IAD', 'NRT'])
    expect(comparison.table.flat().reduce((sum, count) => sum + count, 0)).toBe(
      visits.length - comparison.warmupRequests,
    )
  })

  it('agrees less when the model is another one', async () => {
    const right = await replay([logs.cloudflare])
    const wrong = await replay([logs.cloudflare], { base: ['edge.capacity=1MB', 'behaviors.1.cache.ttl=20m'] })
    expect(wrong.comparison.agreeing).toBeLessThan(right.comparison.agreeing * 0.97)
  })
})

describe('lifetimes', () => {
  it('are found from hits and checks alone: the model knows them without a word', async () => {
    const { log, comparison } = await replay([logs.cloudflare], { base: [`edge.capacity=${world.capacity}`] })
    expect(log.lifetime!.ttlMs).toBe(20 * 60_000)
    expect(log.lifetime!.fit).toBeGreaterThan(0.99)
    expect(comparison.agreeing / comparison.compared).toBeGreaterThan(0.995)
  })

  it('are not known from a log without checks', async () => {
    expect((await replay([logs.fastly])).log.lifetime).toBeNull()
  })
})

describe('--fit', () => {
  it('finds the size of the PoPs from the log alone', async () => {
    const { log, comparison } = await replay([logs.custom], { logFormat: customFormat, base: [], fit: true })
    expect(Math.abs(Math.log2(Number(log.fittedCapacity) / 24e6))).toBeLessThan(0.25)
    expect(comparison.agreeing / comparison.compared).toBeGreaterThan(0.985)
  })

  it('needs verdicts', async () => {
    await expect(replay([put(combinedLog(visits.slice(0, 500), false))], { fit: true })).rejects.toThrow(
      /needs logs that tell verdicts/,
    )
  })
})

describe('many files', () => {
  it('in any order, cut anywhere, plain, gz and zst, are the same as one', async () => {
    const random = createRandom(9, 'cut')
    const parts = [[], [], []] as (typeof visits)[]
    for (const visit of visits) parts[random.below(3)]!.push(visit)
    const paths = parts.map((part, index) => {
      const text = cloudflareLog(index === 1 ? part.reverse() : part)
      return put(index === 0 ? gzipSync(text) : index === 1 ? zstd(text) : text)
    })
    const whole = await replay([logs.cloudflare])
    const split = await replay(paths.reverse())
    expect(split.log).toMatchObject({ requests: visits.length, files: 3, isSorted: false, bytes: whole.log.bytes })
    expect(split.comparison.agreeing / split.comparison.compared).toBeGreaterThan(0.995)
    expect(split.comparison.logged).toEqual(whole.comparison.logged)
  })

  it('of two formats may come together', async () => {
    const half = visits.length / 2
    const { log, comparison } = await replay([
      put(fastlyLog(visits.slice(half))),
      put(cloudflareLog(visits.slice(0, half))),
    ])
    expect([log.requests, log.formats]).toEqual([visits.length, ['fastly', 'cloudflare']])
    expect(comparison.agreeing / comparison.compared).toBeGreaterThan(0.94)
  })

  it('is the same twice, whatever the salt', async () => {
    const [one, two] = [await replay([logs.fastly]), await replay([logs.fastly])]
    expect({ ...two, base: figures(two.base) }).toEqual({ ...one, base: figures(one.base) })
  })
})

describe('what if', async () => {
  const base = await replay([logs.fastly])

  it('nothing is changed: there is nothing beside the log', () => expect(base.whatIf).toBeNull())

  it.each([
    ['more room', { capacity: '1GB' }, 'hit_ratio', 1],
    ['a policy that knows the future', { policy: 'belady' }, 'hit_ratio', 1],
    ['a shield', { shield: 'Frankfurt' }, 'origin_requests', -1],
    ['a longer life', { ttl: '2d' }, 'origin_requests', -1],
    ['the same visitors over more PoPs', { pops: 'bunny:20' }, 'hit_ratio', -1],
    ['any key', { set: ['edge.capacity=1MB'] }, 'hit_ratio', -1],
  ] as const)('%s', async (_what, options, metric, sign) => {
    const { whatIf, base: before } = await replay([logs.fastly], {
      ...options,
      set: [...('set' in options ? options.set : [])],
    })
    expect(figures(before)).toEqual(figures(base.base))
    expect(whatIf!.result.headline.requests).toEqual(before.headline.requests)
    const change = whatIf!.result.headline[metric]!.value - before.headline[metric]!.value
    expect(Math.sign(change)).toBe(sign)
  })

  it('tells mistakes as those of a scenario', async () => {
    await expect(replay([logs.fastly], { policy: 'lur' })).rejects.toThrow(/did you mean "lru"/)
    await expect(replay([logs.fastly], { set: ['edge.capacity'] })).rejects.toThrow(/key=value/)
    await expect(replay([logs.fastly], { pops: 'cloudfare' })).rejects.toThrow(/did you mean "cloudflare"/)
  })
})

describe('--scenario-out', () => {
  it.each(['cloudflare', 'cloudfront'] as const)('lets `run` repeat a replay of %s to the bit', async name => {
    const scenarioOut = join(folder, `mine-${name}.yaml`)
    // A trace holds whole objects, and no parts of them.
    const whole = visits.filter(({ status }) => status !== 206)
    const log = put(name === 'cloudflare' ? cloudflareLog(whole) : cloudfrontLog(whole))
    const { whatIf } = await replay([log], { scenarioOut, policy: 'sieve', shield: 'Frankfurt' })
    const output = join(folder, `run-${name}.json`)
    await runScenario(scenarioOut, { json: true, output, progress: false })
    expect(figures(JSON.parse(readFileSync(output, 'utf8')) as RunResult)).toEqual(figures(whatIf!.result))
  })
})

describe('personal data', () => {
  it('is in no output: no address, no path, no query, no agent', async () => {
    const own = mkdtempSync(join(tmpdir(), 'cdnlab-replay-private-'))
    for (const [name, options] of [
      ['text', {}],
      ['json', { json: true }],
    ] as const)
      await replayLogs([logs.cloudfront, put(`${combinedLog(visits)}198.51.100.7 broken /secret\n`)], {
        ...usual,
        ...options,
        lenient: true,
        html: join(own, `${name}.html`),
        scenarioOut: join(own, `${name}.yaml`),
        output: join(own, name),
      })
    const outputs = readdirSync(own)
    expect(outputs.length).toBe(8)
    // What all addresses, paths, agents and hosts of the logs have in common.
    const secrets = [
      '192.0.2.',
      '198.51.100.',
      '203.0.113.',
      '2001:db8',
      '/images/',
      '/pages/',
      '/api/',
      '/secret',
      'curl',
      'example.org',
    ]
    for (const file of outputs) {
      const bytes = readFileSync(join(own, file))
      const text = file.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString()
      expect(secrets.filter(secret => text.includes(secret))).toEqual([])
    }
  })
})

describe('logs that say less', () => {
  it('without PoP and verdict are one server, and are not compared', async () => {
    const { comparison, base, log } = await replay([put(combinedLog(visits, false))], { at: 'Frankfurt' })
    expect([comparison.compared, comparison.silent]).toEqual([0, visits.length - comparison.warmupRequests])
    expect(base.pops.map(({ id, place }) => [id, place.name])).toEqual([['LOG', 'Frankfurt']])
    expect(log.located.at(-1)).toBe(visits.length)
  })

  it('find their visitors by a GeoIP file', async () => {
    const geoip = join(folder, 'own.mmdb')
    writeFileSync(
      geoip,
      writeGeoIp([
        { network: '192.0.2.0/24', country: 'DE', lat: 52.5, lon: 13.4 },
        { network: '198.51.100.0/24', country: 'JP' },
        { network: '2001:db8::/32', country: 'BR', lat: -23.5, lon: -46.6 },
      ]),
    )
    const { log, base } = await replay([put(combinedLog(visits))], { geoip })
    const known = visits.filter(({ address }) => !address.startsWith('203.'))
    expect(log.located).toEqual([0, known.length, 0, 0, visits.length - known.length])
    const fromBerlin = visits.filter(({ address }) => address.startsWith('192.')).length
    const countries = new Set(base.cities.map(({ place }) => place.cc))
    expect([...countries].sort()).toEqual(['BR', 'DE', 'JP'])
    expect(fromBerlin).toBeGreaterThan(0)
    await expect(replay([logs.fastly], { geoip: put('nonsense') })).rejects.toThrow(/no GeoIP file/)
  })

  it('from PoPs that are on no map need a word, and take it', async () => {
    const strange = put(
      cloudflareLog(visits.map(visit => ({ ...visit, pop: visit.pop === 'IAD' ? 'QQX' : visit.pop }))),
    )
    await expect(replay([strange])).rejects.toThrow(/no map says where the PoP QQX .*--pop-at QQX=/)
    const { base } = await replay([strange], { popAt: ['QQX=Ashburn'] })
    expect(base.pops.find(({ id }) => id === 'QQX')!.place.name).toBe('Ashburn')
    const guessed = (await replay([strange], { lenient: true })).base
    const { place } = guessed.pops.find(({ id }) => id === 'QQX')!
    const served = guessed.cities.filter(({ pop }) => guessed.pops[pop]!.id === 'QQX')
    expect(served.map(city => city.place.cc)).toContain(place.cc)
  })

  it('are told with file and line when broken, and counted when lenient', async () => {
    const text = cloudflareLog(visits.slice(0, 400))
    const broken = put(`${text}{"EdgeStartTimestamp"\n${text}`)
    await expect(replay([broken])).rejects.toThrow(/log-\d+\.log:401: the line is no JSON object/)
    const packed = gzipSync(text)
    const cut = put(packed.subarray(0, packed.length / 2), 'gz')
    await expect(replay([cut])).rejects.toThrow(/cut off or damaged/)
    const { log } = await replay([broken, cut], { lenient: true })
    expect(log.broken.count).toBe(2)
    expect(log.requests).toBeGreaterThan(800)
    await expect(replay([put('\n\n')])).rejects.toThrow(/no known log|no request/)
  })
})

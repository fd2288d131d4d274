import { loadAtlas } from '../../../src/files/atlas.ts'
import { plainManifest } from '../../../src/files/manifest.ts'
import { createRandom } from '../../../src/lib/random.ts'
import { readScenario } from '../../../src/scenario/parse.ts'
import { planOf } from '../../../src/scenario/plan-of.ts'
import { createLoad } from '../../../src/sim/load.ts'
import { runPlan } from '../../../src/sim/run.ts'
import { Fate } from '../../../src/stats/tally.ts'

/** What a CDN of three PoPs did, request by request: the simulator's own verdicts, so that a replay can be held against them. */
export interface Visit {
  timeMs: number
  pop: string
  fate: Fate
  method: string
  status: number
  host: string
  path: string
  query: string
  /** Of the body that was sent. */
  bytes: number
  /** Of a part, else -1. */
  rangeEnd: number
  lat: number
  lon: number
  country: string
  address: string
  agent: string
  elapsedMs: number
}

export const world = {
  capacity: '24MB',
  policy: 'lru',
  ttl: '20m',
  origin: 'us-east-1',
}

const startMs = Date.UTC(2026, 8, 14, 9, 30, 0)

const scenario = (requests: number): string => `
pops:
  - { id: FRA, at: "cloudfront:FRA" }
  - { id: IAD, at: "cloudfront:IAD" }
  - { id: NRT, at: "cloudfront:NRT" }
edge: { capacity: ${world.capacity}, policy: ${world.policy} }
origin: { at: ${world.origin} }
visitors: { cities: 120 }
traffic:
  objects: 4000
  requests: ${requests}
  rate: 5/s
  popularity: zipf:alpha=0.9
  sizes: lognormal
  classes: { pages: { share: 30% }, images: { share: 60% }, api: { share: 10% } }
behaviors:
  - { class: api, cache: { uncacheable: 100% } }
  - { path: "*", cache: { ttl: ${world.ttl} } }
warmup: none
`

const agents = ['Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/142.0', 'curl/8.5.0', 'Mozilla/5.0 "odd" agent']

/** Visits of a seed, in order of time. Some are by HEAD, find their copy unchanged (304), or want a part (206); a third of the API is POST. */
export function makeVisits(seed: number, requests: number): Visit[] {
  const atlas = loadAtlas()
  const { plan } = planOf(
    readScenario(scenario(requests), 'make-logs.yaml', [{ key: 'seed', value: String(seed) }]),
    atlas,
  )
  const rows: { atMs: number; id: number; place: number; edge: number; fate: Fate; waitMs: number }[] = []
  const watch = {
    seen: (request: number, atMs: number, id: number, place: number, edge: number) => {
      rows[request] = { atMs, id, place, edge, fate: Fate.error, waitMs: 0 }
    },
    served: (request: number, fate: Fate, waitMs: number) => {
      Object.assign(rows[request]!, { fate, waitMs })
    },
  }
  const random = createRandom(seed, 'logs')
  const { bytesOf, pathOf } = createLoad(plan, null, createRandom(plan.seed, 'replication 0')).catalog
  runPlan(plan, atlas, { manifest: plainManifest('make-logs', seed), watch })
  return rows.map(({ atMs, id, place, edge, fate, waitMs }): Visit => {
    const size = bytesOf[id]!
    const { lat, lon, cc = '' } = plan.visitors.places[place]!
    const dice = random.below(100)
    const isCall = fate === Fate.pass
    const method = isCall && id % 3 === 0 ? 'POST' : dice < 3 && !isCall ? 'HEAD' : 'GET'
    const status = method !== 'GET' || dice >= 9 || isCall ? 200 : dice < 6 ? 304 : 206
    const part = Math.max(1, Math.floor(size / 3))
    return {
      timeMs: startMs + Math.round(atMs),
      pop: plan.pops[edge]!.id,
      fate,
      method,
      status,
      host: 'www.example.org',
      path: pathOf(id),
      query: id % 5 === 0 ? `v=${id % 7}` : '',
      bytes: method === 'HEAD' || status === 304 ? 0 : status === 206 ? part : size,
      rangeEnd: status === 206 ? part - 1 : -1,
      lat,
      lon,
      country: cc,
      address: addressOf(place, random.below(90)),
      agent: agents[random.below(agents.length)]!,
      elapsedMs: Math.round(waitMs),
    }
  })
}

/** Addresses that nobody has. Source: RFC 5737 and RFC 3849, addresses for documentation. */
function addressOf(place: number, visitor: number): string {
  if (place % 4 === 0) return `2001:db8:${place.toString(16)}::${visitor}`
  return `${['192.0.2', '198.51.100', '203.0.113'][place % 3]}.${1 + ((7 * place + visitor) % 250)}`
}

const iso = (ms: number): string => new Date(ms).toISOString()
const two = (value: number): string => String(value).padStart(2, '0')
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function clf(ms: number): string {
  const at = new Date(ms)
  const day = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}`
  return `${day}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`
}

/** The words that each CDN has for what became of a request, in the order of `fateNames`. */
const words = {
  cloudfront: ['Hit', 'Hit', 'RefreshHit', 'Miss', 'Miss', 'Miss', 'Error'],
  cloudflare: ['hit', 'stale', 'revalidated', 'miss', 'miss', 'dynamic', 'none'],
  nginx: ['HIT', 'STALE', 'REVALIDATED', 'MISS', 'MISS', 'BYPASS', '-'],
  fastly: ['HIT-CLUSTER', 'HIT-STALE', 'MISS', 'MISS-CLUSTER', 'HIT-WAIT', 'PASS', 'ERROR'],
} as const

const cloudfrontNames = [
  'date', 'time', 'x-edge-location', 'sc-bytes', 'c-ip', 'cs-method', 'cs(Host)', 'cs-uri-stem', 'sc-status', 'cs(Referer)',
  'cs(User-Agent)', 'cs-uri-query', 'x-edge-result-type', 'x-host-header', 'time-taken', 'sc-content-len', 'sc-range-end',
] // biome-ignore format: names of fields

function cloudfrontValues(visit: Visit): Record<string, string> {
  const [date, time] = iso(visit.timeMs).split('T') as [string, string]
  return {
    date,
    time: time.slice(0, 8),
    'x-edge-location': `${visit.pop}${50 + (visit.timeMs % 9)}-P${1 + (visit.timeMs % 3)}`,
    'sc-bytes': String(visit.bytes + 420),
    'c-ip': visit.address,
    'cs-method': visit.method,
    'cs(Host)': 'd111111abcdef8.cloudfront.net',
    'cs-uri-stem': visit.path,
    'sc-status': String(visit.status),
    'cs(Referer)': '-',
    'cs(User-Agent)': encodeURIComponent(visit.agent),
    'cs-uri-query': visit.query || '-',
    'x-edge-result-type': words.cloudfront[visit.fate],
    'x-host-header': visit.host,
    'time-taken': (visit.elapsedMs / 1000).toFixed(3),
    'sc-content-len': String(visit.bytes),
    'sc-range-end': visit.rangeEnd < 0 ? '-' : String(visit.rangeEnd),
  }
}

/** CloudFront's log with tabs; the columns in any order. */
export function cloudfrontLog(visits: readonly Visit[], names: readonly string[] = cloudfrontNames): string {
  const lines = visits.map(visit => {
    const values = cloudfrontValues(visit)
    return names.map(name => values[name] ?? '-').join('\t')
  })
  return `#Version: 1.0\n#Fields: ${names.join(' ')}\n${lines.join('\n')}\n`
}

export function cloudfrontJsonLog(visits: readonly Visit[]): string {
  return visits.map(visit => `${JSON.stringify(cloudfrontValues(visit))}\n`).join('')
}

export function cloudflareLog(visits: readonly Visit[]): string {
  return visits
    .map(visit => {
      const line = {
        CacheCacheStatus: words.cloudflare[visit.fate],
        ClientCountry: visit.country.toLowerCase(),
        ClientIP: visit.address,
        ClientRequestHost: visit.host,
        ClientRequestMethod: visit.method,
        ClientRequestURI: `${visit.path}${visit.query ? `?${visit.query}` : ''}`,
        ClientRequestUserAgent: visit.agent,
        EdgeColoCode: visit.pop,
        EdgeResponseBodyBytes: visit.bytes,
        EdgeResponseStatus: visit.status,
        EdgeStartTimestamp: iso(visit.timeMs),
      }
      return `${JSON.stringify(line)}\n`
    })
    .join('')
}

export function fastlyLog(visits: readonly Visit[]): string {
  return visits
    .map(visit => {
      const line = {
        timestamp: iso(visit.timeMs).replace('Z', '+0000'),
        client_ip: visit.address,
        geo_country_code: visit.country,
        geo_latitude: visit.lat,
        geo_longitude: visit.lon,
        host: visit.host,
        url: `${visit.path}${visit.query ? `?${visit.query}` : ''}`,
        request_method: visit.method,
        request_user_agent: visit.agent,
        response_state: words.fastly[visit.fate],
        response_status: visit.status,
        response_body_size: visit.bytes,
        fastly_server: `cache-${visit.pop.toLowerCase()}-${1000 + (visit.timeMs % 97)}-${visit.pop}`,
        fastly_is_edge: true,
      }
      return `${JSON.stringify(line)}\n`
    })
    .join('')
}

/** nginx's combined log with the verdict and the time of the request behind it. */
export function combinedLog(visits: readonly Visit[], hasVerdict = true): string {
  return visits
    .map(visit => {
      const target = `${visit.path}${visit.query ? `?${visit.query}` : ''}`
      const agent = visit.agent.replaceAll('"', '\\x22')
      const tail = hasVerdict ? ` ${words.nginx[visit.fate]} ${(visit.elapsedMs / 1000).toFixed(3)}` : ''
      return `${visit.address} - - [${clf(visit.timeMs)}] "${visit.method} ${target} HTTP/1.1" ${visit.status} ${visit.bytes} "-" "${agent}"${tail}\n`
    })
    .join('')
}

export const customFormat =
  '$remote_addr|$msec|$pop|$host|"$request_method $uri$is_args$args"|$status|$body_bytes_sent|$upstream_cache_status|"$http_user_agent"'

/** A log_format of one's own, with the time to the ms and the PoP. */
export function customLog(visits: readonly Visit[]): string {
  return visits
    .map(visit => {
      const target = `${visit.path}${visit.query ? `?${visit.query}` : ''}`
      return `${visit.address}|${(visit.timeMs / 1000).toFixed(3)}|${visit.pop.toLowerCase()}1|${visit.host}|"${visit.method} ${target}"|${visit.status}|${visit.bytes}|${words.nginx[visit.fate]}|"${visit.agent.replaceAll('"', '\\x22')}"\n`
    })
    .join('')
}

/** The logs that are shipped in `scenarios/logs/`, by name without their packing: a small one of each kind. */
export function sampleLogs(): Record<string, string> {
  const visits = makeVisits(1, 6000)
  const of = (pop: string): Visit[] => visits.filter(visit => visit.pop === pop)
  const names = (pop: string): string => `E2EXAMPLE.2026-09-14-09.${pop.toLowerCase()}.gz`
  return {
    ...Object.fromEntries(['FRA', 'IAD', 'NRT'].map(pop => [names(pop), cloudfrontLog(of(pop))])),
    'cloudflare.json.gz': cloudflareLog(visits.slice(0, 3000)),
    'fastly.json.gz': fastlyLog(visits.slice(0, 3000)),
    'nginx.log.gz': combinedLog(of('FRA')),
  }
}

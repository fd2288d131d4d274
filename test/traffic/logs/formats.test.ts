import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { UserError } from '../../../src/lib/user-error.ts'
import { fateNames } from '../../../src/stats/tally.ts'
import type { LogFormat } from '../../../src/traffic/logs/format.ts'
import { detectLogFormat, logFormats } from '../../../src/traffic/logs/index.ts'
import { type LogRow, loggedVerdicts } from '../../../src/traffic/logs/log-row.ts'
import { createNginxFormat } from '../../../src/traffic/logs/nginx-format.ts'
import { type BrokenLines, createLogParser } from '../../../src/traffic/logs/read-log.ts'
import { idHalves, parseName } from '../../../src/traffic/traces/cells.ts'
import {
  cloudflareLog,
  cloudfrontJsonLog,
  cloudfrontLog,
  combinedLog,
  customFormat,
  customLog,
  fastlyLog,
  makeVisits,
  type Visit,
} from './make-logs.ts'

const visits = makeVisits(3, 1500)
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

interface ReadOptions {
  format?: LogFormat
  broken?: BrokenLines | null
  piece?: number
  withQuery?: boolean
}

function read(text: string, { format, broken = null, piece = 4099, withQuery = true }: ReadOptions = {}): LogRow[] {
  const bytes = bytesOf(text)
  const rows: LogRow[] = []
  const parser = createLogParser(format ?? detectLogFormat(bytes.subarray(0, 65_536), 'a.log'), {
    file: 'a.log',
    salt: { low: 5, high: 7 },
    withQuery,
    withAddress: false,
    broken,
    onRow: row => rows.push({ ...row }),
  })
  for (let start = 0; start < bytes.length; start += piece) parser.push(bytes.slice(start, start + piece))
  parser.end()
  return rows
}

const custom = createNginxFormat(customFormat)
const logs: [name: string, text: string, stepMs: number, format?: LogFormat][] = [
  ['cloudfront', cloudfrontLog(visits), 1000],
  ['cloudfront-json', cloudfrontJsonLog(visits), 1000],
  ['cloudflare', cloudflareLog(visits), 1],
  ['fastly', fastlyLog(visits), 1],
  ['combined', combinedLog(visits), 1000],
  ['custom', customLog(visits), 1, custom],
]

describe.each(logs)('%s', (name, text, stepMs, format) => {
  const rows = read(text, format ? { format } : {})

  it('is recognised by its first lines, and by no other reader', () => {
    if (format) return
    expect(detectLogFormat(bytesOf(text.slice(0, 4096)), 'x').name).toBe(name)
  })

  it('gives back every request: time, method, status, bytes, PoP', () => {
    expect(rows.length).toBe(visits.length)
    rows.forEach((row, index) => {
      const visit = visits[index]!
      expect([row.timeMs, row.method, row.status, row.bodyBytes]).toEqual([
        Math.floor(visit.timeMs / stepMs) * stepMs,
        visit.method,
        visit.status,
        visit.bytes,
      ])
      expect(row.pop).toBe(name === 'combined' ? '' : visit.pop)
    })
  })

  it('tells verdicts in the words of a run', () => {
    rows.forEach(({ verdict }, index) => {
      const fate = fateNames[visits[index]!.fate]
      const coarse: Record<string, string> = {
        join: name === 'fastly' ? 'join' : 'miss',
        pass: name.startsWith('cloudfront') ? 'miss' : 'pass',
        revalidated: name === 'fastly' ? 'miss' : 'revalidated',
      }
      expect(verdict).toBe(coarse[fate] ?? fate)
    })
  })

  it('calls the same object the same, and different ones differently', () => {
    const ids = new Map<string, string>()
    rows.forEach(({ idLow, idHigh }, index) => {
      const { method, path, query } = visits[index]!
      const object = `${method === 'HEAD' ? 'GET' : method} ${path}?${query}`
      const id = `${idLow},${idHigh}`
      expect(ids.get(object) ?? id).toBe(id)
      ids.set(object, id)
    })
    expect(new Set(ids.values()).size).toBe(ids.size)
  })

  it('reads the same in pieces cut anywhere', () => {
    const some = text.slice(0, text.lastIndexOf('\n', 20_000) + 1)
    const named = format ? { format } : {}
    expect(read(some, { ...named, piece: 7 })).toEqual(read(some, named))
  })

  it('hides addresses behind a salt, and tells visitors apart all the same', () => {
    const hashes = new Map<string, string>()
    rows.forEach(({ visitorLow, visitorHigh, address }, index) => {
      expect(address).toBe('')
      const hash = `${visitorLow},${visitorHigh}`
      expect(hashes.get(visits[index]!.address) ?? hash).toBe(hash)
      hashes.set(visits[index]!.address, hash)
    })
    expect(new Set(hashes.values()).size).toBe(hashes.size)
  })

  it('never dies of what it reads: a row, a sentence, or nothing', () => {
    const source = text.slice(0, 3000)
    fc.assert(
      fc.property(fc.nat(2999), fc.string({ maxLength: 12 }), fc.nat(40), (at, noise, cut) => {
        const broken: BrokenLines = { count: 0, first: [] }
        read(source.slice(0, at) + noise + source.slice(at + cut), {
          format: format ?? logFormats.choose(name).definition,
          broken,
        })
      }),
      { numRuns: 150 },
    )
  })
})

describe('CloudFront', () => {
  it('finds its columns wherever they stand, and without those that are not needed', () => {
    const shuffled = [
      'x-edge-location',
      'sc-status',
      'x-unknown',
      'cs-uri-query',
      'time',
      'cs-method',
      'sc-content-len',
      'cs-uri-stem',
      'x-host-header',
      'date',
      'x-edge-result-type',
    ]
    const some = visits.slice(0, 50)
    const usual = read(cloudfrontLog(some))
    read(cloudfrontLog(some, shuffled)).forEach((row, index) => {
      const { visitorLow, visitorHigh, leastBytes, ...rest } = usual[index]!
      expect(row).toMatchObject(rest)
    })
    expect(() => read(cloudfrontLog(some, ['date', 'time', 'sc-status', 'cs-method']))).toThrow(
      /a\.log:2: the log has no field cs-uri-stem/,
    )
  })

  it('takes the whole size from the end of a range, and HEAD and 304 as no size', () => {
    const part = visits.findIndex(({ status }) => status === 206)
    expect(read(cloudfrontLog(visits))[part]!.leastBytes).toBe(visits[part]!.rangeEnd + 1)
  })
})

describe('Fastly', () => {
  it('may stand behind what syslog writes', () => {
    const text = fastlyLog(visits.slice(0, 40))
    const prefixed = text
      .replace(/^/gm, '<134>2026-09-14T09:30:00Z cache-fra1000 log[9]: ')
      .replace(/\n<134>.*: $/, '\n')
    expect(read(prefixed)).toEqual(read(text))
  })

  it('tells what its own tiers asked for', () => {
    const text = fastlyLog(visits.slice(0, 2)).replace('"fastly_is_edge":true', '"fastly_is_edge":false')
    expect(read(text).map(({ isVisitor }) => isVisitor)).toEqual([false, true])
  })
})

describe('names', () => {
  it('are hashed as trace readers hash them, so that both number objects alike', () => {
    const [row] = read(cloudflareLog([{ ...visits[0]!, method: 'GET', query: 'a=1' }]))
    parseName(`www.example.org${visits[0]!.path}?a=1`)
    expect([row!.idLow, row!.idHigh]).toEqual([idHalves.low, idHalves.high])
  })

  it('leave the query out when it is no part of them', () => {
    const two: Visit[] = ['a=1', 'a=2'].map(query => ({ ...visits[0]!, method: 'GET', query }))
    for (const text of [cloudfrontLog(two), cloudflareLog(two), combinedLog(two)]) {
      const [first, second] = read(text, { withQuery: false })
      expect([first!.idLow, first!.idHigh]).toEqual([second!.idLow, second!.idHigh])
      const [third, fourth] = read(text)
      expect(third!.idLow).not.toBe(fourth!.idLow)
    }
  })
})

describe('a log that nobody knows', () => {
  it.each([
    ['{"a":1,"b":"198.51.100.7"}\n', /JSON with the keys a, b/],
    ['198.51.100.7 hello world\n', /text of 1 columns between tabs, 3 between spaces/],
    ['', /the file is empty/],
    ['{"EdgeColoCode":"FRA","fastly_info":"HIT"}\n', /cloudflare or fastly/],
  ])('%j is told by its shape, not by what it holds', (text, expected) => {
    try {
      detectLogFormat(bytesOf(text), 'a.log')
      expect.unreachable()
    } catch (error) {
      expect((error as UserError).message).toMatch(expected)
      expect((error as UserError).message).toMatch(/--format names it/)
      expect((error as UserError).message).not.toContain('198.51')
    }
  })
})

describe('broken lines', () => {
  const good = combinedLog(visits.slice(0, 3))

  it('are told with file and line, and not repeated', () => {
    expect(() => read(`${good}198.51.100.9 nonsense\n${good}`)).toThrow(/^a\.log:4: no line of an access log: [^9]*$/)
  })

  it('are counted when lenient, and the others read', () => {
    const broken: BrokenLines = { count: 0, first: [] }
    expect(read(`${good}nonsense\n${good}{}\n`, { broken }).length).toBe(6)
    expect(broken).toMatchObject({ count: 2, first: [{ file: 'a.log', line: 4 }, { line: 8 }] })
  })
})

describe('a log_format of nginx', () => {
  const line = (format: string, text: string): LogRow => read(`${text}\n`, { format: createNginxFormat(format) })[0]!

  it('is compiled as it stands: brackets, quotes, JSON, several addresses', () => {
    const row = line(
      '$http_x_forwarded_for [$time_local] "$request" $status $body_bytes_sent "$http_user_agent" $sent_http_cache_status',
      '198.51.100.1, 10.0.0.1 [14/Sep/2026:09:30:00 +0200] "GET /a?b=1 HTTP/2.0" 200 77 "x \\"y\\" z" edge; hit; ttl=30',
    )
    expect(row).toMatchObject({ timeMs: Date.UTC(2026, 8, 14, 7, 30), status: 200, bodyBytes: 77, verdict: 'hit' })
    const json = line(
      '{"t":"$time_iso8601","r":"$request_method","u":"$request_uri","s":$status,"b":$body_bytes_sent,"c":"$upstream_cache_status"}',
      '{"t":"2026-09-14T09:30:00+02:00","r":"GET","u":"/a","s":304,"b":0,"c":"REVALIDATED"}',
    )
    expect(json).toMatchObject({ timeMs: Date.UTC(2026, 8, 14, 7, 30), status: 304, verdict: 'revalidated' })
  })

  it('knows the whole size of a part', () => {
    const row = line(
      '$msec "$request" $status $bytes_sent $sent_http_content_range',
      '1789378200.5 "GET /a" 206 400 bytes 0-99/1234',
    )
    expect([row.timeMs, row.leastBytes]).toEqual([1_789_378_200_500, 1234])
  })

  it.each([
    ['$status "$request"', /names no time/],
    ['$time_local $status', /names no request/],
    ['$time_local "$request" $statsu', /names no status/],
  ])('%j lacks what is needed', (format, expected) => {
    expect(() => createNginxFormat(format)).toThrow(expected)
  })
})

it('verdicts are the fates of a run, and none', () => {
  expect(loggedVerdicts).toEqual([...fateNames, 'none'])
})

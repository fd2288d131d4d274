import { describe, expect, it } from 'vitest'
import type { RowSink } from '../../src/traffic/traces/format.ts'
import { detectFormat } from '../../src/traffic/traces/index.ts'

type Row = [timeS: number, low: number, high: number, bytes: number, lat: number, lon: number, isPass?: boolean]

/** Reads what its name and content are recognised as, in pieces of a size; also says as what. */
function read(fileName: string, input: string | Uint8Array, piece = 11): { name: string; rows: Row[] } {
  const rows: Row[] = []
  const sink: RowSink = { row: (...row) => rows.push(row) }
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input
  const format = detectFormat(bytes.subarray(0, 4096), fileName)
  const parser = format.createParser(sink, { file: fileName, columns: {} })
  for (let start = 0; start < bytes.length; start += piece) parser.push(bytes.slice(start, start + piece))
  parser.end()
  return { name: format.name, rows }
}

/** Fields of a record: width in bytes and value. */
function packed(...fields: [width: 2 | 4 | 8, value: bigint][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [width]) => sum + width, 0)))
  let offset = 0
  for (const [width, value] of fields) {
    if (width === 2) view.setUint16(offset, Number(value), true)
    else if (width === 4) view.setUint32(offset, Number(value), true)
    else view.setBigUint64(offset, value, true)
    offset += width
  }
  return new Uint8Array(view.buffer)
}

const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap(part => [...part]))
const id = (2n << 32n) + 7n

describe('binary traces', () => {
  const record = packed([4, 9n], [8, id], [4, 512n], [8, 0xffffffffffffffffn])
  const header = new Uint8Array(8192)
  header.set(packed([8, 0x123456789abcdef0n], [8, 1n]))

  it('reads lcs behind its header, and refuses another version', () => {
    const { name, rows } = read('a.bin', join(header, record, record))
    expect(name).toBe('lcs')
    expect(rows.map(row => row.slice(0, 4))).toEqual([
      [9, 7, 2, 512],
      [9, 7, 2, 512],
    ])
    const second = header.slice()
    second[8] = 2
    expect(() => read('a.bin', join(second, record))).toThrow(/byte offset 8: lcs version 2/)
    expect(() => read('a.bin', join(header, record, record.slice(0, 5)))).toThrow(/record 2, byte offset 8216/)
  })

  it('reads both versions of vscsi', () => {
    const first = packed([4, 1n], [4, 4096n], [4, 1n], [2, 40n], [2, 0x0100n], [8, id], [8, 2_500_000n])
    const second = packed([2, 40n], [2, 0x0200n], [4, 1n], [4, 8192n], [4, 1n], [8, id], [8, 1_000_000n], [8, 3n])
    expect(read('a.vscsi', join(first, first, first)).rows[1]!.slice(0, 4)).toEqual([2.5, 7, 2, 4096])
    expect(read('a.vscsi.gz', join(second, second, second), 3).rows[1]!.slice(0, 4)).toEqual([1, 7, 2, 8192])
    expect(() => read('a.vscsi', join(second, second, second.slice(0, 9)))).toThrow(
      /record 3, byte offset 80: .*9 of 40/,
    )
  })

  it("reads Twitter's sizes of key and value", () => {
    const request = packed([4, 3n], [8, id], [4, (20n << 22n) + 1000n], [4, (1n << 24n) + 60n])
    expect(read('cluster.twr', join(request, request)).rows[0]!.slice(0, 4)).toEqual([3, 7, 2, 1020])
  })
})

describe('logs', () => {
  it('reads .tr with features', () => {
    const { name, rows } = read('wiki.tr', '0 17 100 3 4\n2 9 5 0 0\n')
    expect([name, ...rows.map(row => row.slice(0, 4))]).toEqual(['tr', [0, 17, 0, 100], [2, 9, 0, 5]])
  })

  it('finds the columns of CloudFront by name', () => {
    const log = `#Version: 1.0
#Fields: sc-bytes date time x-edge-location cs-method cs(Host) cs-uri-stem sc-status cs-uri-query
1045\t2019-12-04\t21:02:31\tLAX1\tGET\td111.cloudfront.net\t/a.html\t200\t-
7\t2019-12-04\t21:02:32\tLAX1\tGET\td111.cloudfront.net\t/a.html\t200\tv=2
1045\t2019-12-04\t21:02:33\tFRA2\tGET\td111.cloudfront.net\t/a.html\t200\t-
`
    const { name, rows } = read('E2.2019-12-04-21.gz', log)
    expect(name).toBe('cloudfront')
    expect(rows.map(([time, , , bytes]) => [time - Date.UTC(2019, 11, 4, 21, 2) / 1000, bytes])).toEqual([
      [31, 1045],
      [32, 7],
      [33, 1045],
    ])
    expect(rows[0]!.slice(1, 3)).toEqual(rows[2]!.slice(1, 3))
    expect(rows[0]!.slice(1, 3)).not.toEqual(rows[1]!.slice(1, 3))
    expect(() => read('a', log.replace('sc-bytes ', 'x-bytes '))).toThrow(/a:3: .*how much was sent/)
    expect(() => read('a', log.replace('cs-uri-stem ', 'stem '))).toThrow(/a:2: .*cs-uri-stem/)
  })

  it("reads Cloudflare's three kinds of time and its coordinates in text", () => {
    const line = (stamp: string) =>
      `{"EdgeStartTimestamp":${stamp},"ClientRequestHost":"a.org","ClientRequestURI":"/x","EdgeResponseBytes":88,"ClientLatitude":"52.5","ClientLongitude":"13.4"}\n`
    const { name, rows } = read(
      'log',
      line('"2024-05-01T00:00:00Z"') + line('1714521600') + line('1714521600000000000'),
    )
    expect(name).toBe('cloudflare')
    for (const [time, , , ...rest] of rows) expect([time, ...rest]).toEqual([1_714_521_600, 88, 52.5, 13.4])
    expect(() => read('log', `${line('1')}{"a"\n`)).toThrow(/log:2: .*no JSON/)
  })

  it('reads common and combined logs with zones, quotes and no bytes', () => {
    const log = String.raw`127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.0" 200 2326
::1 - - [10/Oct/2000:20:55:37 +0000] "GET /\"q\" HTTP/1.1" 304 - "http://x/" "agent [x] \"y\""
`
    const { name, rows } = read('access.log', log)
    expect(name).toBe('combined')
    expect(rows.map(([time, , , bytes]) => [time, bytes])).toEqual([
      [971_211_336, 2326],
      [971_211_337, 0],
    ])
    expect(() => read('access.log', `${log}nonsense\n`)).toThrow(/access.log:3: no line of an access log/)
  })

  it.each([
    ['relative_unix\thashed_host_path_query\timage_type\tresponse_size\ttime_firstbyte\n'],
    ['relative_unix\thashed_host_path_query\tresponse_size\ttime_firstbyte\n'],
  ])('reads Wikipedia with and without type: %j', names => {
    const isImage = names.includes('image_type')
    const { name, rows } = read('cache.tsv', `${names}5\t123\t${isImage ? 'jpeg\t' : ''}900\t0.01\n`)
    expect(name).toBe('wikipedia')
    expect(rows[0]!.slice(0, 4)).toEqual([5, 123, 0, 900])
  })
})

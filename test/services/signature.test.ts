import { describe, expect, it } from 'vitest'
import { createIdentities, createRoot } from '../../src/services/identities.ts'
import { checkSignature } from '../../src/services/signature.ts'
import { canonicalRequests, signingKeyOf } from '../../src/services/signature-canonical.ts'
import { ChunkFailure, decodeChunks } from '../../src/services/signature-chunks.ts'
import { checkVersion2, isVersion2 } from '../../src/services/signature-v2.ts'

// The examples of the Amazon S3 API Reference, "Authenticating requests (AWS signature version 4)", with its published credentials.
const identities = createIdentities([createRoot('AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY')])
const now = Date.UTC(2013, 4, 24)
const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const options = { identities, now, service: 's3' }
const scope = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request'

function signed(
  method: string,
  target: string,
  fields: [string, string][],
  signature: string,
): Parameters<typeof checkSignature>[0] {
  const names = fields
    .map(([name]) => name.toLowerCase())
    .sort()
    .join(';')
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=${names},Signature=${signature}`
  return { method, target, rawHeaders: [...fields.flat(), 'Authorization', authorization] }
}

const getRange: [string, string][] = [
  ['Host', 'examplebucket.s3.amazonaws.com'],
  ['Range', 'bytes=0-9'],
  ['x-amz-content-sha256', empty],
  ['x-amz-date', '20130524T000000Z'],
]
const getRangeSignature = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41'

describe('signature version 4', () => {
  it('believes the examples of the reference', () => {
    const list: [string, string][] = [
      ['Host', 'examplebucket.s3.amazonaws.com'],
      ['x-amz-content-sha256', empty],
      ['x-amz-date', '20130524T000000Z'],
    ]
    const put: [string, string][] = [
      ['Date', 'Fri, 24 May 2013 00:00:00 GMT'], ['Host', 'examplebucket.s3.amazonaws.com'], ['x-amz-content-sha256', '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072'], ['x-amz-date', '20130524T000000Z'], ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
    ] // biome-ignore format: fields in a row
    const requests = [
      signed('GET', '/test.txt', getRange, getRangeSignature),
      signed('PUT', '/test%24file.text', put, '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd'),
      signed('GET', '/?lifecycle', list, 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'),
      signed('GET', '/?max-keys=2&prefix=J', list, '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'),
    ]
    expect(requests.map(request => checkSignature(request, options).kind)).toEqual([
      'proven',
      'proven',
      'proven',
      'proven',
    ])
  })

  it('believes the presigned example, until it expires', () => {
    const target = `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(scope)}&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`
    const request = { method: 'GET', target, rawHeaders: ['host', 'examplebucket.s3.amazonaws.com'] }
    expect(checkSignature(request, options)).toMatchObject({ kind: 'proven', isPresigned: true })
    expect(checkSignature(request, { ...options, now: now + 86_400_000 })).toMatchObject({
      kind: 'refused',
      reason: 'expired',
    })
    expect(checkSignature(request, { ...options, now: now - 3_600_000 })).toMatchObject({
      kind: 'refused',
      reason: 'expired',
    })
    expect(checkSignature({ ...request, target: target.replace('=86400', '=86401') }, options)).toMatchObject({
      reason: 'wrong-signature',
    })
    expect(checkSignature({ ...request, target: target.replace('=86400', '=999999') }, options)).toMatchObject({
      reason: 'malformed-query',
    })
  })

  it('believes nothing that was changed afterwards', () => {
    const right = signed('GET', '/test.txt', getRange, getRangeSignature)
    const reasonOf = (change: object, more: object = {}): unknown =>
      (checkSignature({ ...right, ...change }, { ...options, ...more }) as { reason?: string }).reason
    expect(reasonOf({ method: 'DELETE' })).toBe('wrong-signature')
    expect(reasonOf({ target: '/test.txt?versionId=1' })).toBe('wrong-signature')
    expect(reasonOf({ rawHeaders: right.rawHeaders.map(text => (text === 'bytes=0-9' ? 'bytes=0-99' : text)) })).toBe(
      'wrong-signature',
    )
    expect(reasonOf({ rawHeaders: [...right.rawHeaders, 'x-amz-acl', 'public-read'] })).toBe('unsigned-field')
    expect(reasonOf({}, { now: now + 16 * 60_000 })).toBe('skewed')
    expect(reasonOf({}, { service: 'dynamodb' })).toBe('malformed')
    expect(reasonOf({}, { identities: createIdentities([]) })).toBe('unknown-key')
    expect(reasonOf({ rawHeaders: ['Authorization', 'Basic abc'] })).toBe('unsupported')
    expect(reasonOf({ rawHeaders: ['Authorization', 'AWS4-HMAC-SHA256 Credential=x'] })).toBe('malformed')
    expect(checkSignature({ ...right, rawHeaders: [] }, options).kind).toBe('anonymous')
  })

  it('derives the key of the reference', () => {
    const key = signingKeyOf('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', {
      day: '20150830',
      region: 'us-east-1',
      service: 'iam',
    })
    expect(key.toString('hex')).toBe('c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9')
    const [canonical] = canonicalRequests(
      { method: 'GET', target: '/a b?z=1&a=%2F&a=', rawHeaders: ['X', ' a   b '] },
      ['x'],
      'H',
      's3',
    )
    expect(canonical).toBe('GET\n/a%20b\na=&a=%2F&z=1\nx:a b\n\nx\nH')
  })
})

describe('signature version 2', () => {
  // "Signing and authenticating REST requests": object GET and query string request authentication.
  const host = ['Host', 'johnsmith.s3.amazonaws.com']
  const check = (target: string, rawHeaders: string[], at: number) =>
    checkVersion2({ method: 'GET', target, rawHeaders }, 'johnsmith', identities, at)

  it('believes the examples of the reference, and nothing else', () => {
    const date = ['Date', 'Tue, 27 Mar 2007 19:36:42 GMT']
    const at = Date.UTC(2007, 2, 27, 19, 36, 42)
    const url =
      '/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620'
    expect(isVersion2({ method: 'GET', target: url, rawHeaders: host })).toBe(true)
    expect(check(url, host, 1_175_139_619_000).kind).toBe('proven')
    expect(check(url, host, 1_175_139_620_000)).toMatchObject({ kind: 'refused', reason: 'expired' })
    expect(check(url.replace('puppy', 'kitten'), host, 1_175_139_619_000)).toMatchObject({
      kind: 'refused',
      reason: 'wrong-signature',
    })
    expect(check(url.replace('=1175139620', '=9175139620'), host, 1_175_139_619_000)).toMatchObject({
      reason: 'wrong-signature',
    })
    expect(
      check('/photos/puppy.jpg', [...host, ...date, 'Authorization', 'AWS AKIAIOSFODNN7EXAMPLE:AAAA='], at),
    ).toMatchObject({ reason: 'wrong-signature' })
    expect(check('/photos/puppy.jpg', [...host, ...date, 'Authorization', 'AWS nobody:AAAA='], at)).toMatchObject({
      reason: 'unknown-key',
    })
  })
})

describe('streamed bodies', () => {
  // "Signature calculations for the Authorization header: transferring payload in multiple chunks": 65 KB of the letter a.
  const seed = {
    signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    amzDate: '20130524T000000Z',
    scope: { day: '20130524', region: 'us-east-1', service: 's3' },
    signingKey: signingKeyOf('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', {
      day: '20130524',
      region: 'us-east-1',
      service: 's3',
    }),
  }
  const signatures = [
    'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
    '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
    'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
  ]
  const body = Buffer.from(
    [65_536, 1024, 0]
      .map((bytes, index) => `${bytes.toString(16)};chunk-signature=${signatures[index]}\r\n${'a'.repeat(bytes)}\r\n`)
      .join(''),
  )

  async function* cut(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
    for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
  }
  async function decode(
    bytes: Buffer,
    size: number,
    more: Partial<Parameters<typeof decodeChunks>[1]> = {},
  ): Promise<string> {
    const parts: Uint8Array[] = []
    for await (const part of decodeChunks(cut(bytes, size), {
      seed,
      hasTrailer: false,
      onTrailer: () => undefined,
      ...more,
    }))
      parts.push(part)
    return Buffer.concat(parts).toString()
  }
  const reasonOf = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'none',
      error => (error instanceof ChunkFailure ? error.reason : error),
    )

  it('are unpacked as in the example of the reference, however they arrive', async () => {
    for (const size of [1, 7, 4096, 1 << 20]) expect(await decode(body, size)).toBe('a'.repeat(66_560))
  })

  it('are refused when a byte, a signature or the end is missing or changed', async () => {
    const changed = Buffer.from(body)
    changed[50_000] = 98
    expect(await reasonOf(decode(changed, 4096))).toBe('wrong-signature')
    expect(await reasonOf(decode(body.subarray(0, 60_000), 4096))).toBe('cut')
    expect(await reasonOf(decode(body.subarray(0, body.length - 90), 4096))).toBe('cut')
    for (const wrong of [
      'zz\r\n',
      '5;chunk-signature=abc\r\nhello\r\n',
      '-1\r\n',
      'x'.repeat(10_000),
      '5\r\nhello!\r\n0\r\n\r\n',
    ])
      expect(await reasonOf(decode(Buffer.from(wrong), 100, { seed: undefined }))).toBe('malformed')
  })

  it('bring trailing fields', async () => {
    const told: string[] = []
    const text = await decode(Buffer.from('5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n'), 3, {
      seed: undefined,
      hasTrailer: true,
      onTrailer: (name, value) => told.push(`${name}=${value}`),
    })
    expect([text, told]).toEqual(['hello', ['x-amz-checksum-crc32=NhCmhg==']])
  })
})

import { createHash, createHmac } from 'node:crypto'
import { connect } from 'node:net'
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRoot } from '../../../src/services/identities.ts'
import { codeOf, type RunningBucket, root, startBucket } from './real-client.ts'

let bucket: RunningBucket
const Bucket = 'faults'
/** Time stands still, so that no token comes back while the test counts. */
const startedAt = Date.now()
beforeAll(async () => {
  bucket = await startBucket({ rate: { readsPerSecond: 1000, writesPerSecond: 100 }, now: () => startedAt })
  await bucket.client().send(new CreateBucketCommand({ Bucket }))
})
afterAll(() => bucket.close())

/** A request signed by hand, so that everything about it can be wrong but its signature. */
function sign(
  method: string,
  path: string,
  payloadHash: string,
  more: Record<string, string> = {},
): Record<string, string> {
  const amzDate = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const fields: Record<string, string> = {
    host: new URL(bucket.url).host,
    'x-amz-content-sha256': payloadHash,
    'x-amz-date': amzDate,
    ...more,
  }
  const names = Object.keys(fields).sort()
  const [target, query = ''] = path.split('?')
  const canonical = [
    method,
    target,
    query === '' ? '' : query.includes('=') ? query : `${query}=`,
    ...names.map(name => `${name}:${fields[name]}`),
    '',
    names.join(';'),
    payloadHash,
  ].join('\n')
  const scope = `${amzDate.slice(0, 8)}/us-east-1/s3/aws4_request`
  const text = ['AWS4-HMAC-SHA256', amzDate, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  let key: Buffer | string = `AWS4${root.secretAccessKey}`
  for (const part of [...scope.split('/'), text]) key = createHmac('sha256', key).update(part).digest()
  const Signature = (key as Buffer).toString('hex')
  return {
    ...fields,
    authorization: `AWS4-HMAC-SHA256 Credential=${root.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${Signature}`,
  }
}

async function raw(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  body: string | Buffer,
  headers: Record<string, string>,
): Promise<{ status: number; code: string | undefined }> {
  const { host: _host, ...rest } = headers
  const answer = await request(bucket.url + path, { method, body: body === '' ? null : body, headers: rest })
  return { status: answer.statusCode, code: /<Code>(\w+)<\/Code>/.exec(await answer.body.text())?.[1] }
}

const unsigned = 'UNSIGNED-PAYLOAD'
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('what clients do wrong with a bucket', () => {
  it('is told apart: forged signatures, unknown keys, old ones, no signature', async () => {
    const get = (identity?: typeof root, config = {}) =>
      codeOf(bucket.client(identity, config).send(new ListObjectsV2Command({ Bucket })))
    expect(await get(createRoot(root.accessKeyId, 'guessed'))).toBe('SignatureDoesNotMatch')
    expect(await get(createRoot('AKIDNOBODY', 'x'))).toBe('InvalidAccessKeyId')
    expect(await get(root, { systemClockOffset: -3_600_000 })).toBe('RequestTimeTooSkewed')
    expect(await raw('GET', `/${Bucket}`, '', {})).toEqual({ status: 403, code: 'AccessDenied' })
    expect(await raw('GET', `/${Bucket}`, '', { authorization: 'AWS AKID:oldsignature' })).toEqual({
      status: 403,
      code: 'InvalidAccessKeyId',
    })
    expect(await raw('GET', `/${Bucket}`, '', { authorization: 'AWS4-HMAC-SHA256 nonsense' })).toEqual({
      status: 400,
      code: 'AuthorizationHeaderMalformed',
    })
    expect((await raw('GET', `/${Bucket}`, '', sign('GET', `/${Bucket}`, unsigned))).status).toBe(200)
  })

  it('is refused as documented: changed bodies, short ones, wrong chunks', async () => {
    const path = `/${Bucket}/key`
    expect(await raw('PUT', path, 'changed', sign('PUT', path, hashOf('signed')))).toEqual({
      status: 400,
      code: 'XAmzContentSHA256Mismatch',
    })
    const streamed = (kind: string, length: string, more = {}) =>
      sign('PUT', path, kind, { 'x-amz-decoded-content-length': length, ...more })
    const chunk = '5\r\nhello\r\n0\r\n\r\n'
    expect((await raw('PUT', path, chunk, streamed('STREAMING-UNSIGNED-PAYLOAD-TRAILER', '5'))).status).toBe(200)
    expect(await raw('PUT', path, chunk, streamed('STREAMING-UNSIGNED-PAYLOAD-TRAILER', '6'))).toEqual({
      status: 400,
      code: 'IncompleteBody',
    })
    expect(await raw('PUT', path, chunk, streamed('STREAMING-UNSIGNED-PAYLOAD-TRAILER', '4'))).toEqual({
      status: 400,
      code: 'IncompleteBody',
    })
    expect(await raw('PUT', path, chunk, sign('PUT', path, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'))).toEqual({
      status: 411,
      code: 'MissingContentLength',
    })
    expect(await raw('PUT', path, '5\r\nhel', streamed('STREAMING-UNSIGNED-PAYLOAD-TRAILER', '5'))).toEqual({
      status: 400,
      code: 'IncompleteBody',
    })
    expect(
      await raw(
        'PUT',
        path,
        `5;chunk-signature=${'0'.repeat(64)}\r\nhello\r\n`,
        streamed('STREAMING-AWS4-HMAC-SHA256-PAYLOAD', '5'),
      ),
    ).toEqual({ status: 403, code: 'SignatureDoesNotMatch' })
    const trailing = { 'x-amz-trailer': 'x-amz-checksum-crc32' }
    expect(
      await raw(
        'PUT',
        path,
        '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
        streamed('STREAMING-UNSIGNED-PAYLOAD-TRAILER', '5', trailing),
      ),
    ).toEqual({ status: 400, code: 'BadDigest' })
    expect(
      await (await bucket.client().send(new GetObjectCommand({ Bucket, Key: 'key' }))).Body!.transformToString(),
    ).toBe('hello')
  })

  it('is refused as documented: bad documents, long keys, too much metadata, wrong numbers', async () => {
    const post = (body: string) => raw('POST', `/${Bucket}?delete`, body, sign('POST', `/${Bucket}?delete`, unsigned))
    const bomb = `<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 20 }, (_, n) => `<!ENTITY a${n} "&a;&a;&a;">`).join('')}]><Delete><Object><Key>&a19;</Key></Object></Delete>`
    const many = `<Delete>${'<Object><Key>k</Key></Object>'.repeat(1001)}</Delete>`
    for (const body of [
      '',
      'not xml',
      '<Delete>',
      '<Other/>',
      bomb,
      many,
      '<a>'.repeat(100_000),
      '<'.repeat(200_000),
      '<Delete><Object><Key/></Object></Delete>',
    ])
      expect(await post(body)).toEqual({ status: 400, code: 'MalformedXML' })
    const put = (Key: string, more = {}) =>
      codeOf(bucket.client().send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...more })))
    expect(await put('k'.repeat(1025))).toBe('KeyTooLongError')
    expect(await put('é'.repeat(512))).toBe('no failure')
    expect(await put('k', { Metadata: { a: 'x'.repeat(2100) } })).toBe('MetadataTooLarge')
    expect(await put('k', { Tagging: Array.from({ length: 11 }, (_, n) => `k${n}=v`).join('&') })).toBe('InvalidTag')
    expect(await put('k', { ServerSideEncryption: 'aws:kms' })).toBe('NotImplemented')
    expect(await codeOf(bucket.client().send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'made up' })))).toBe(
      'InvalidArgument',
    )
    expect(await raw('GET', `/${Bucket}?max-keys=-1`, '', sign('GET', `/${Bucket}?max-keys=-1`, unsigned))).toEqual({
      status: 400,
      code: 'InvalidArgument',
    })
    expect(await raw('GET', `/${Bucket}/%zz`, '', sign('GET', `/${Bucket}/%zz`, unsigned))).toEqual({
      status: 400,
      code: 'InvalidURI',
    })
  })

  it('cannot take keys for paths or markup', async () => {
    const keys = [
      '../../etc/passwd',
      '/lead',
      'a//b',
      '.',
      '..',
      '__proto__',
      'constructor',
      '</Key><Key>',
      '&amp;',
      '%2e%2e%2f',
      'a\u0001b',
      'tab\tnew\nline\r',
      ' spaces ',
    ]
    for (const Key of keys) {
      await bucket.client().send(new PutObjectCommand({ Bucket, Key, Body: Key }))
      expect(await (await bucket.client().send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString()).toBe(
        Key,
      )
    }
    const { Contents } = await bucket.client().send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }))
    expect(Contents!.map(({ Key }) => decodeURIComponent(Key!))).toEqual(expect.arrayContaining(keys))
    const plain = keys.filter(key => !key.includes('\u0001'))
    const { Deleted } = await bucket
      .client()
      .send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: plain.map(Key => ({ Key })) } }))
    expect(Deleted!.map(({ Key }) => Key)).toEqual(plain)
  })

  it('is told to slow down beyond the rate of a prefix', async () => {
    const client = bucket.client()
    const codes = await Promise.all(
      Array.from({ length: 150 }, (_, n) =>
        codeOf(client.send(new PutObjectCommand({ Bucket, Key: `hot/${n}`, Body: '' }))),
      ),
    )
    expect(codes.filter(code => code === 'SlowDown')).toHaveLength(50)
    expect(codes.filter(code => code === 'no failure')).toHaveLength(100)
    expect(await codeOf(client.send(new PutObjectCommand({ Bucket, Key: 'cold/1', Body: '' })))).toBe('no failure')
  })

  it('leaves nothing behind when a client goes away in the middle of an upload', async () => {
    const before = bucket.store.pool.status().nodes.map(({ blobs }) => blobs)
    const fields = sign('PUT', `/${Bucket}/half`, unsigned, { 'content-length': '1000000' })
    const { port } = new URL(bucket.url)
    await new Promise<void>(done => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(
          `PUT /${Bucket}/half HTTP/1.1\r\n${Object.entries(fields)
            .map(([name, value]) => `${name}: ${value}\r\n`)
            .join('')}\r\n${'x'.repeat(50_000)}`,
        )
        setTimeout(() => socket.destroy(), 50)
      })
      socket.on('close', () => setTimeout(done, 100))
    })
    expect(await codeOf(bucket.client().send(new GetObjectCommand({ Bucket, Key: 'half' })))).toBe('NoSuchKey')
    expect(bucket.store.pool.status().nodes.map(({ blobs }) => blobs)).toEqual(before)
  })

  it('gets 431 for huge fields and 400 for what is no HTTP, and the rest goes on', async () => {
    expect((await raw('GET', `/${Bucket}`, '', { 'x-long': 'x'.repeat(20_000) })).status).toBe(431)
    expect((await raw('GET', `/${'x'.repeat(15_000)}?y`, '', {})).status).toBeGreaterThanOrEqual(400)
    expect(await codeOf(bucket.client().send(new ListObjectsV2Command({ Bucket })))).toBe('no failure')
  })

  it('has met no fault of its own', () => expect(bucket.faults).toEqual([]))
})

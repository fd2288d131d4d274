import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  CopyObjectCommand, CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand, DeleteObjectsCommand, GetObjectCommand, HeadBucketCommand,
  HeadObjectCommand, ListBucketsCommand, ListObjectsCommand, ListObjectsV2Command, PutBucketCorsCommand, PutObjectCommand,
} from '@aws-sdk/client-s3' // biome-ignore format: a list of names
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, type RunningBucket, reader, startBucket, stranger } from './real-client.ts'

let bucket: RunningBucket
beforeAll(async () => {
  bucket = await startBucket()
  await bucket.client().send(new CreateBucketCommand({ Bucket: 'things' }))
})
afterAll(() => bucket.close())

const Bucket = 'things'
const read = async (Key: string, more: object = {}): Promise<Buffer> => {
  const { Body } = await bucket.client().send(new GetObjectCommand({ Bucket, Key, ...more }))
  return Buffer.from(await Body!.transformToByteArray())
}

describe('objects through the unmodified SDK', () => {
  it('gives back what was put, with all that was said of it', async () => {
    const client = bucket.client()
    const Key = 'a folder/ünïcode & <markup> + ?#%.txt'
    const put = await client.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: 'hello',
        ContentType: 'text/plain',
        CacheControl: 'max-age=60',
        ContentDisposition: 'inline',
        ContentLanguage: 'en',
        ContentEncoding: 'identity',
        Metadata: { colour: 'red', size: '10' },
        Tagging: 'a=1&b=2',
      }),
    )
    expect(put.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"')
    const got = await client.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
    expect(await got.Body!.transformToString()).toBe('hello')
    expect(got).toMatchObject({
      ContentType: 'text/plain', CacheControl: 'max-age=60', ContentDisposition: 'inline', ContentLanguage: 'en', ContentEncoding: 'identity', Metadata: { colour: 'red', size: '10' },
      TagCount: 2, ContentLength: 5, AcceptRanges: 'bytes', ChecksumCRC32: 'NhCmhg==', ChecksumType: 'FULL_OBJECT',
    }) // biome-ignore format: fields in a row
    const head = await client.send(new HeadObjectCommand({ Bucket, Key }))
    expect(head).toMatchObject({ ContentLength: 5, ETag: put.ETag })
    expect(Math.abs(head.LastModified!.getTime() - Date.now())).toBeLessThan(60_000)
  })

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'takes a stream with a trailing %s and stores its bytes',
    async ChecksumAlgorithm => {
      const bytes = randomBytes(300_000)
      const Body = Readable.from([bytes.subarray(0, 7), bytes.subarray(7, 200_000), bytes.subarray(200_000)])
      const put = await bucket
        .client()
        .send(new PutObjectCommand({ Bucket, Key: 'streamed', Body, ContentLength: bytes.length, ChecksumAlgorithm }))
      expect(put[`Checksum${ChecksumAlgorithm}`]).toBeDefined()
      expect((await read('streamed')).equals(bytes)).toBe(true)
    },
  )

  it('says BadDigest to a checksum that does not hold, and keeps what was there', async () => {
    const client = bucket.client()
    await client.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'old' }))
    for (const wrong of [
      { ChecksumCRC32: 'AAAAAA==' },
      { ChecksumSHA256: 'A'.repeat(43).concat('=') },
      { ContentMD5: '1B2M2Y8AsgTpgAmY7PhCfg==' },
      { ChecksumCRC64NVME: 'AAAAAAAAAAA=' },
    ])
      expect(await codeOf(client.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'new', ...wrong })))).toBe(
        'BadDigest',
      )
    expect((await read('kept')).toString()).toBe('old')
    expect(
      await codeOf(client.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'new', ContentMD5: 'no' }))),
    ).toBe('InvalidDigest')
  })

  it('serves ranges', async () => {
    await bucket.client().send(new PutObjectCommand({ Bucket, Key: 'digits', Body: '0123456789' }))
    const range = async (Range: string): Promise<string> => (await read('digits', { Range })).toString()
    expect([
      await range('bytes=2-4'),
      await range('bytes=7-'),
      await range('bytes=-3'),
      await range('bytes=5-99'),
    ]).toEqual(['234', '789', '789', '56789'])
    const part = await bucket.client().send(new GetObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=2-4' }))
    expect([part.$metadata.httpStatusCode, part.ContentRange, part.ContentLength]).toEqual([206, 'bytes 2-4/10', 3])
    expect(
      await codeOf(bucket.client().send(new GetObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=10-' }))),
    ).toBe('InvalidRange')
  })

  it('keeps conditions of reading and writing', async () => {
    const client = bucket.client()
    const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: 'condition', Body: 'one' }))
    const [before, after] = [new Date(Date.now() - 3_600_000), new Date(Date.now() + 1000)]
    const get = (more: object): Promise<unknown> =>
      client.send(new GetObjectCommand({ Bucket, Key: 'condition', ...more }))
    expect(await codeOf(get({ IfMatch: ETag }))).toBe('no failure')
    expect(await codeOf(get({ IfMatch: '"other"' }))).toBe('PreconditionFailed')
    expect(await codeOf(get({ IfUnmodifiedSince: before }))).toBe('PreconditionFailed')
    expect(await codeOf(get({ IfMatch: ETag, IfUnmodifiedSince: before }))).toBe('no failure')
    for (const more of [{ IfNoneMatch: ETag }, { IfModifiedSince: after }, { IfNoneMatch: '*' }])
      await expect(get(more)).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } })
    const put = (more: object, Key = 'condition'): Promise<unknown> =>
      client.send(new PutObjectCommand({ Bucket, Key, Body: 'two', ...more }))
    expect(await codeOf(put({ IfNoneMatch: '*' }))).toBe('PreconditionFailed')
    expect(await codeOf(put({ IfMatch: '"other"' }))).toBe('PreconditionFailed')
    expect(await codeOf(put({ IfMatch: '"other"' }, 'nowhere'))).toBe('NoSuchKey')
    expect(await codeOf(put({ IfMatch: ETag }))).toBe('no failure')
    expect(await codeOf(put({ IfNoneMatch: '*' }, 'fresh'))).toBe('no failure')
  })

  it('lets one of many writers through who all want the key to be free', async () => {
    const client = bucket.client()
    const codes = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        codeOf(client.send(new PutObjectCommand({ Bucket, Key: 'race', Body: `writer ${n}`, IfNoneMatch: '*' }))),
      ),
    )
    expect(codes.filter(code => code === 'no failure')).toHaveLength(1)
    expect(codes.filter(code => code === 'PreconditionFailed')).toHaveLength(11)
  })

  it('copies with the old description or a new one', async () => {
    const client = bucket.client()
    await client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'from here',
        Body: 'copied',
        ContentType: 'text/x-first',
        Metadata: { a: '1' },
      }),
    )
    const CopySource = `${Bucket}/from%20here`
    await client.send(new CopyObjectCommand({ Bucket, Key: 'copy 1', CopySource }))
    await client.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'copy 2',
        CopySource,
        MetadataDirective: 'REPLACE',
        ContentType: 'text/x-second',
        Metadata: { b: '2' },
      }),
    )
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'copy 1' }))).toMatchObject({
      ContentType: 'text/x-first',
      Metadata: { a: '1' },
    })
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'copy 2' }))).toMatchObject({
      ContentType: 'text/x-second',
      Metadata: { b: '2' },
    })
    expect((await read('copy 2')).toString()).toBe('copied')
    const again = (more: object): Promise<string> =>
      codeOf(client.send(new CopyObjectCommand({ Bucket, Key: 'from here', CopySource, ...more })))
    expect(await again({})).toBe('InvalidRequest')
    expect(await again({ MetadataDirective: 'REPLACE' })).toBe('no failure')
    expect(await again({ CopySourceIfNoneMatch: '*', Key: 'copy 3' })).toBe('PreconditionFailed')
    expect(await again({ CopySource: `${Bucket}/nothing` })).toBe('NoSuchKey')
    expect(await again({ CopySource: 'no-such-bucket/nothing' })).toBe('NoSuchBucket')
  })

  it('deletes one, many, and what is not there', async () => {
    const client = bucket.client()
    await Promise.all(['d1', 'd2', 'd3'].map(Key => client.send(new PutObjectCommand({ Bucket, Key, Body: Key }))))
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'd1' }))
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'd1' }))
    const many = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'd2' }, { Key: 'd3' }, { Key: 'never' }] } }),
    )
    expect(many.Deleted?.map(({ Key }) => Key)).toEqual(['d2', 'd3', 'never'])
    expect(await codeOf(read('d2'))).toBe('NoSuchKey')
    expect(
      bucket.events
        .filter(({ key, name }) => key.startsWith('d') && name.startsWith('ObjectRemoved'))
        .map(({ key }) => key),
    ).toEqual(['d1', 'd2', 'd3'])
  })
})

describe('buckets and listings through the unmodified SDK', () => {
  it('makes, finds, lists and deletes buckets', async () => {
    const client = bucket.client()
    await client.send(new CreateBucketCommand({ Bucket: 'another' }))
    await client.send(new HeadBucketCommand({ Bucket: 'another' }))
    expect((await client.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual([
      'another',
      'things',
    ])
    await client.send(new DeleteBucketCommand({ Bucket: 'another' }))
    expect(await codeOf(client.send(new HeadBucketCommand({ Bucket: 'another' })))).toBe('NotFound')
    expect(await codeOf(client.send(new DeleteBucketCommand({ Bucket: 'another' })))).toBe('NoSuchBucket')
    expect(await codeOf(client.send(new DeleteBucketCommand({ Bucket: 'things' })))).toBe('BucketNotEmpty')
    expect(await codeOf(client.send(new CreateBucketCommand({ Bucket: 'Not_Good' })))).toBe('InvalidBucketName')
    expect(await codeOf(bucket.client(stranger).send(new CreateBucketCommand({ Bucket: 'things' })))).toBe(
      'BucketAlreadyExists',
    )
  })

  it('pages through keys with prefix and delimiter, each once and in the order of bytes', async () => {
    const client = bucket.client()
    await client.send(new CreateBucketCommand({ Bucket: 'many' }))
    const keys = [
      'a',
      'a/1',
      'a/2',
      'b/1',
      'b/2',
      'c',
      'd/e/f',
      'd/g',
      'é',
      '\u{1f600}',
      '\uffee',
      'with space',
      'x+y',
      'line\nbreak',
    ]
    await Promise.all(keys.map(Key => client.send(new PutObjectCommand({ Bucket: 'many', Key, Body: '' }))))
    const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    for (const MaxKeys of [1, 2, 3, 1000]) {
      const seen: string[] = []
      let ContinuationToken: string | undefined
      do {
        const page = await client.send(
          new ListObjectsV2Command({
            Bucket: 'many',
            MaxKeys,
            ContinuationToken,
            EncodingType: MaxKeys === 2 ? 'url' : undefined,
          }),
        )
        seen.push(...(page.Contents ?? []).map(({ Key }) => (MaxKeys === 2 ? decodeURIComponent(Key!) : Key!)))
        expect(page.KeyCount).toBe(page.Contents?.length ?? 0)
        ContinuationToken = page.NextContinuationToken
      } while (ContinuationToken !== undefined)
      expect(seen).toEqual(sorted)
    }
    const groups: string[] = []
    let Marker: string | undefined
    do {
      const page = await client.send(new ListObjectsCommand({ Bucket: 'many', Delimiter: '/', MaxKeys: 2, Marker }))
      groups.push(
        ...(page.Contents ?? []).map(({ Key }) => Key!),
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!),
      )
      Marker = page.NextMarker
    } while (Marker !== undefined)
    expect(groups.sort()).toEqual(
      ['a', 'a/', 'b/', 'c', 'd/', 'line\nbreak', 'with space', 'x+y', 'é', '\uffee', '\u{1f600}'].sort(),
    )
    const inner = await client.send(
      new ListObjectsV2Command({ Bucket: 'many', Prefix: 'd/', Delimiter: '/', StartAfter: 'd/a' }),
    )
    expect([inner.Contents?.map(({ Key }) => Key), inner.CommonPrefixes?.map(({ Prefix }) => Prefix)]).toEqual([
      ['d/g'],
      ['d/e/'],
    ])
  })

  it('lets a reader read and a stranger nothing', async () => {
    const [asReader, asStranger] = [bucket.client(reader), bucket.client(stranger)]
    expect(await codeOf(asReader.send(new GetObjectCommand({ Bucket, Key: 'digits' })))).toBe('no failure')
    expect(await codeOf(asReader.send(new PutObjectCommand({ Bucket, Key: 'digits', Body: 'x' })))).toBe('AccessDenied')
    expect(await codeOf(asReader.send(new DeleteObjectCommand({ Bucket, Key: 'digits' })))).toBe('AccessDenied')
    for (const command of [
      new GetObjectCommand({ Bucket, Key: 'digits' }),
      new GetObjectCommand({ Bucket, Key: 'nothing here' }),
    ])
      expect(await codeOf(asStranger.send(command))).toBe('AccessDenied')
    expect(await codeOf(asStranger.send(new ListObjectsV2Command({ Bucket })))).toBe('AccessDenied')
  })

  it('lets pages of other origins read where a rule says so, and nobody else', async () => {
    const CORSRules = [
      {
        AllowedOrigins: ['https://*.example'],
        AllowedMethods: ['GET'],
        AllowedHeaders: ['x-*'],
        ExposeHeaders: ['ETag'],
        MaxAgeSeconds: 60,
      },
    ]
    await bucket.client().send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }))
    const ask = async (method: 'OPTIONS' | 'GET', headers: Record<string, string>) => {
      const answer = await request(`${bucket.url}/${Bucket}/digits`, { method, headers })
      await answer.body.dump()
      return [
        answer.statusCode,
        answer.headers['access-control-allow-origin'],
        answer.headers['access-control-max-age'],
      ]
    }
    const origin = 'https://shop.example'
    expect(
      await ask('OPTIONS', {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'x-mine',
      }),
    ).toEqual([200, origin, '60'])
    expect(await ask('OPTIONS', { origin, 'access-control-request-method': 'PUT' })).toEqual([
      403,
      undefined,
      undefined,
    ])
    expect(await ask('OPTIONS', { origin: 'https://evil.test', 'access-control-request-method': 'GET' })).toEqual([
      403,
      undefined,
      undefined,
    ])
    expect(await ask('OPTIONS', {})).toEqual([400, undefined, undefined])
    expect(await ask('GET', { origin })).toEqual([403, origin, undefined])
  })

  it('has met no fault of its own', () => expect(bucket.faults).toEqual([]))
})

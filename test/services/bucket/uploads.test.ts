import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand, type CompletedPart, CompleteMultipartUploadCommand, CreateBucketCommand, CreateMultipartUploadCommand, DeleteObjectCommand, GetObjectCommand, HeadObjectCommand,
  ListMultipartUploadsCommand, ListObjectVersionsCommand, ListPartsCommand, PutBucketVersioningCommand, PutObjectCommand, UploadPartCommand, UploadPartCopyCommand,
} from '@aws-sdk/client-s3' // biome-ignore format: a list of names
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, type RunningBucket, startBucket, stranger } from './real-client.ts'

let bucket: RunningBucket
const Bucket = 'uploads'
const megabytes = 1024 ** 2
beforeAll(async () => {
  bucket = await startBucket()
  await bucket.client().send(new CreateBucketCommand({ Bucket }))
})
afterAll(() => bucket.close())

const md5 = (bytes: Buffer): Buffer => createHash('md5').update(bytes).digest()

describe('multipart uploads through the unmodified SDK', () => {
  it('come out whole, with the ETag and checksum of their parts', async () => {
    const client = bucket.client()
    const parts = [randomBytes(5 * megabytes), randomBytes(5 * megabytes + 7), randomBytes(3)]
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({
        Bucket,
        Key: 'whole',
        ContentType: 'x/y',
        Metadata: { a: 'b' },
        ChecksumAlgorithm: 'CRC32',
      }),
    )
    const Parts: CompletedPart[] = []
    for (const [index, Body] of parts.entries()) {
      const { ETag, ChecksumCRC32 } = await client.send(
        new UploadPartCommand({ Bucket, Key: 'whole', UploadId, PartNumber: index + 1, Body }),
      )
      Parts.push({ ETag, ChecksumCRC32, PartNumber: index + 1 })
    }
    const listed = await client.send(new ListPartsCommand({ Bucket, Key: 'whole', UploadId, MaxParts: 2 }))
    expect([listed.Parts?.map(({ Size }) => Size), listed.IsTruncated, listed.NextPartNumberMarker]).toEqual([
      [5 * megabytes, 5 * megabytes + 7],
      true,
      '2',
    ])
    expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.map(({ Key }) => Key)).toEqual([
      'whole',
    ])
    const complete = () =>
      client.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'whole', UploadId, MultipartUpload: { Parts } }))
    const done = await complete()
    expect(done.ETag).toBe(`"${md5(Buffer.concat(parts.map(md5))).toString('hex')}-3"`)
    expect(done.ChecksumCRC32).toMatch(/-3$/)
    expect((await complete()).ETag).toBe(done.ETag)
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'whole' }))
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(Buffer.concat(parts))).toBe(true)
    expect(got).toMatchObject({ ContentType: 'x/y', Metadata: { a: 'b' } })
    const second = await client.send(new HeadObjectCommand({ Bucket, Key: 'whole', PartNumber: 2 }))
    expect([second.ContentLength, second.PartsCount]).toEqual([5 * megabytes + 7, 3])
    expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined()
  })

  it('are refused when parts are missing, wrong, out of order or too small, and can be aborted', async () => {
    const client = bucket.client()
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'refused' }))
    const etags: string[] = []
    for (const PartNumber of [1, 2])
      etags.push(
        (await client.send(new UploadPartCommand({ Bucket, Key: 'refused', UploadId, PartNumber, Body: 'small' })))
          .ETag!,
      )
    const complete = (...Parts: [number, string][]): Promise<string> =>
      codeOf(
        client.send(
          new CompleteMultipartUploadCommand({
            Bucket,
            Key: 'refused',
            UploadId,
            MultipartUpload: { Parts: Parts.map(([PartNumber, ETag]) => ({ PartNumber, ETag })) },
          }),
        ),
      )
    expect(await complete([1, etags[0]!], [3, etags[1]!])).toBe('InvalidPart')
    expect(await complete([1, '"0000"'])).toBe('InvalidPart')
    expect(await complete([2, etags[1]!], [1, etags[0]!])).toBe('InvalidPartOrder')
    expect(await complete([1, etags[0]!], [2, etags[1]!])).toBe('EntityTooSmall')
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key: 'refused', UploadId }))
    expect(await complete([1, etags[0]!])).toBe('NoSuchUpload')
    expect(bucket.store.pool.status().nodes.reduce((sum, { blobs }) => sum + blobs, 0)).toBe(9)
  })

  it('copy parts of other objects', async () => {
    const client = bucket.client()
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'copied' }))
    const copy = (CopySourceRange: string) =>
      client.send(
        new UploadPartCopyCommand({
          Bucket,
          Key: 'copied',
          UploadId,
          PartNumber: 1,
          CopySource: `${Bucket}/whole`,
          CopySourceRange,
        }),
      )
    expect(await codeOf(copy('bytes=0-99999999'))).toBe('InvalidRange')
    const { CopyPartResult } = await copy('bytes=100-199')
    await client.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key: 'copied',
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: CopyPartResult!.ETag }] },
      }),
    )
    const whole = await client.send(new GetObjectCommand({ Bucket, Key: 'whole', Range: 'bytes=100-199' }))
    const copied = await client.send(new GetObjectCommand({ Bucket, Key: 'copied' }))
    expect(await copied.Body!.transformToByteArray()).toEqual(await whole.Body!.transformToByteArray())
  })

  it('are what lib-storage makes of a stream of unknown length', async () => {
    const bytes = randomBytes(12 * megabytes)
    const Body = Readable.from(
      Array.from({ length: 12 }, (_, at) => bytes.subarray(at * megabytes, (at + 1) * megabytes)),
    )
    await new Upload({ client: bucket.client(), params: { Bucket, Key: 'streamed', Body } }).done()
    const got = await bucket.client().send(new GetObjectCommand({ Bucket, Key: 'streamed' }))
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(bytes)).toBe(true)
    expect(got.ETag).toMatch(/-3"$/)
  })
})

describe('presigned URLs', () => {
  it('let anybody read and write until they expire', async () => {
    const put = await getSignedUrl(bucket.client(), new PutObjectCommand({ Bucket, Key: 'by url' }), { expiresIn: 60 })
    expect((await request(put, { method: 'PUT', body: 'from a browser' })).statusCode).toBe(200)
    const get = await getSignedUrl(
      bucket.client(),
      new GetObjectCommand({ Bucket, Key: 'by url', ResponseContentType: 'text/x-asked' }),
      { expiresIn: 60 },
    )
    const answer = await request(get)
    expect([answer.statusCode, answer.headers['content-type'], await answer.body.text()]).toEqual([
      200,
      'text/x-asked',
      'from a browser',
    ])
    const late = await request(
      await getSignedUrl(bucket.client(), new GetObjectCommand({ Bucket, Key: 'by url' }), {
        expiresIn: 60,
        signingDate: new Date(Date.now() - 61_000),
      }),
    )
    expect([late.statusCode, await late.body.text()]).toEqual([
      403,
      expect.stringContaining('<Message>Request has expired</Message>'),
    ])
    expect((await request(get.replace('by%20url', 'whole'))).statusCode).toBe(403)
    expect(
      (await request(await getSignedUrl(bucket.client(stranger), new GetObjectCommand({ Bucket, Key: 'by url' }))))
        .statusCode,
    ).toBe(403)
  })
})

describe('versions', () => {
  it('keep what was overwritten and deleted', async () => {
    const client = bucket.client()
    await client.send(new CreateBucketCommand({ Bucket: 'versions' }))
    await client.send(
      new PutBucketVersioningCommand({ Bucket: 'versions', VersioningConfiguration: { Status: 'Enabled' } }),
    )
    const first = await client.send(new PutObjectCommand({ Bucket: 'versions', Key: 'k', Body: 'first' }))
    await client.send(new PutObjectCommand({ Bucket: 'versions', Key: 'k', Body: 'second' }))
    const gone = await client.send(new DeleteObjectCommand({ Bucket: 'versions', Key: 'k' }))
    expect(gone.DeleteMarker).toBe(true)
    expect(await codeOf(client.send(new GetObjectCommand({ Bucket: 'versions', Key: 'k' })))).toBe('NoSuchKey')
    const old = await client.send(new GetObjectCommand({ Bucket: 'versions', Key: 'k', VersionId: first.VersionId }))
    expect(await old.Body!.transformToString()).toBe('first')
    const all = await client.send(new ListObjectVersionsCommand({ Bucket: 'versions' }))
    expect([all.Versions?.length, all.DeleteMarkers?.length]).toEqual([2, 1])
    await client.send(new DeleteObjectCommand({ Bucket: 'versions', Key: 'k', VersionId: gone.VersionId }))
    expect(await codeOf(client.send(new GetObjectCommand({ Bucket: 'versions', Key: 'k' })))).toBe('no failure')
  })

  it('have met no fault of their own', () => expect(bucket.faults).toEqual([]))
})

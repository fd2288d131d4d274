import { connect } from 'node:net'
import { ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { createEndpoint, serviceOf } from '../../src/services/endpoint.ts'
import { startBucket } from './bucket/real-client.ts'
import { listen } from './listen.ts'
import { startTables } from './table/real-client.ts'

const scope = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`

describe('the one endpoint', () => {
  it('finds the service that a request is for', () => {
    const of = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
      serviceOf({ url, headers, method })
    expect(of('/', { 'x-amz-target': 'DynamoDB_20120810.GetItem', authorization: scope('dynamodb') }, 'POST')).toBe(
      'dynamodb',
    )
    expect(of('/2015-03-31/functions/f/invocations', { authorization: scope('lambda') }, 'POST')).toBe('lambda')
    expect(of('/2015-03-31/functions/f/invocations', {}, 'POST')).toBe('lambda')
    expect(of('/2015-03-31/functions/key', { authorization: scope('s3') })).toBe('s3')
    expect(of('/bucket/key?X-Amz-Credential=AKID%2F20260101%2Fus-east-1%2Fs3%2Faws4_request')).toBe('s3')
    expect(of('/', { 'content-type': 'application/x-amz-json-1.0' }, 'POST')).toBe('dynamodb')
    expect(of('/bucket/key')).toBe('s3')
  })

  it('answers 501 for a service that is not there', async () => {
    const { url, close } = await listen(createEndpoint({}))
    const client = new S3Client({
      endpoint: url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
    })
    await expect(client.send(new ListBucketsCommand({}))).rejects.toMatchObject({ $metadata: { httpStatusCode: 501 } })
    client.destroy()
    await close()
  })

  it('serves buckets by virtual host as well as by path', async () => {
    const bucket = await startBucket()
    await bucket.client().send(new CreateBucketCommand({ Bucket: 'hosted' }))
    const { port } = new URL(bucket.url)
    const told = await exchange(
      Number(port),
      `GET /?list-type=2 HTTP/1.1\r\nHost: hosted.s3.localhost:${port}\r\nConnection: close\r\n\r\n`,
    )
    expect(told).toContain('<Resource>/hosted</Resource>')
    await bucket.close()
  })

  it('asks for a body only when everything else is right', async () => {
    const bucket = await startBucket()
    const { port } = new URL(bucket.url)
    const put = `PUT /nowhere/key HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`
    expect(await exchange(Number(port), put)).toMatch(/^HTTP\/1\.1 404 /)
    await bucket.client().send(new CreateBucketCommand({ Bucket: 'open', ACL: 'public-read-write' }))
    expect(await exchange(Number(port), put.replace('nowhere', 'open'), 'hello')).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /,
    )
    await bucket.close()
  })

  it('lets tables answer too', async () => {
    const tables = await startTables()
    expect((await tables.client().send(new ListTablesCommand({}))).TableNames).toEqual([])
    await tables.close()
  })
})

/** Sends bytes, and more of them when the other side asks for them; answers all that comes back. */
function exchange(port: number, head: string, body = ''): Promise<string> {
  return new Promise((done, fail) => {
    let told = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(head))
    socket.on('data', piece => {
      told += piece
      if (told.startsWith('HTTP/1.1 100')) socket.write(body)
    })
    socket.on('close', () => done(told))
    socket.on('error', fail)
  })
}

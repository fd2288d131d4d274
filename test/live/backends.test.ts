import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterEach, describe, expect, it } from 'vitest'
import { serveBackends } from '#cdnlab/cli/serve-backends.js'
import { type RunningNetwork, startNetwork } from '#cdnlab/live/network.js'
import { loadAtlas } from '../../src/files/atlas.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan-of.ts'

const shop = `
pops: [{id: PAR, at: Paris}, {id: TYO, at: Tokyo}]
traffic: {objects: 10, requests: 10}
origins: {site: {bucket: assets}, shop: {api: shop}, old: {think: 0ms}}
behaviors:
  - {path: /api/*, origin: shop, cache: {ttl: 1h, key: {query: [page]}}, edge: {viewer-request: tidy, origin-request: mark, viewer-response: tidy}}
  - {path: /old/*, origin: old}
  - {path: "*", cache: {ttl: origin}}
edge: {tidy: ./tidy.js, mark: {function: mark}}
buckets: {assets: {from: ./site, nodes: 4, replicas: 2, on: {created: [purge, watch]}}}
functions:
  thing: {handler: "./thing.mjs#get"}
  mark: {handler: "./thing.mjs#mark"}
  watch: {handler: "./thing.mjs#watch", concurrency: 1}
apis: {shop: {routes: {"GET /api/{id}": thing, "GET /api/rare/{id}": {function: thing, throttle: {rate: 1/m, burst: 1}}}}}
`

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(text = shop) {
  const atlas = loadAtlas()
  const { plan } = planOf(readScenario(text, 'test.yaml'), atlas)
  const host = '127.0.0.1'
  const files = { folder: join(import.meta.dirname, 'shop'), allowOutside: false }
  const faults: string[] = []
  const behind = await serveBackends({
    ...{ plan, backends: plan.backends!, ...files, host, port: 0, timeScale: 0, say: text => faults.push(text) },
  })
  closers.push(() => behind.backends.close(true))
  const network = await startNetwork({
    ...{ plan, atlas, origin: undefined, behind, host, port: 0, popPort: 0, controlPort: 0, timeScale: 0 },
    ...{ manner: 'proxy', keepsHost: false, mode: 'conformant', token: 'long-enough', now: Date.now },
  })
  closers.push(() => network.close(true))
  const config = {
    endpoint: behind.backends.endpoint.url,
    region: 'us-east-1',
    credentials: behind.credentials,
    forcePathStyle: true,
  }
  const [s3, lambda] = [new S3Client(config), new LambdaClient(config)]
  closers.push(async () => s3.destroy())
  closers.push(async () => lambda.destroy())
  return { behind, network, s3, lambda, faults }
}

interface Got {
  status: number
  fields: Record<string, string | undefined>
  body: string
}

function ask(
  network: RunningNetwork,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  pop = 0,
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const { port } = network.pops[pop]!.live
    const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', chunk => {
        body += chunk
      })
      response.on('end', () =>
        resolve({ status: response.statusCode!, fields: response.headers as Got['fields'], body }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}

const isHit = ({ fields }: Got): boolean => /; hit/.test(fields['cache-status'] ?? '')

describe('the systems behind live PoPs', () => {
  it('are chosen by path: a bucket, a gateway, a plain origin', async () => {
    const { network } = await start()
    expect(await ask(network, '/a.txt')).toMatchObject({
      status: 200,
      body: 'first',
      fields: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'max-age=86400' },
    })
    expect((await ask(network, '/')).body).toBe('<h1>index</h1>')
    expect(JSON.parse((await ask(network, '/api/7')).body)).toMatchObject({ id: '7', calls: 1 })
    expect((await ask(network, '/old/x?bytes=9')).body).toBe('/old/x?by')
    expect((await ask(network, '/none.txt')).status).toBe(404)
    expect(isHit(await ask(network, '/a.txt'))).toBe(true)
  })

  it('share what hooks and the key say is the same thing', async () => {
    const { network, behind } = await start()
    const first = await ask(network, '/api/SEVEN?utm_source=letter&page=2&other=1')
    expect(JSON.parse(first.body)).toMatchObject({ id: 'seven', query: 'page=2&marked=1' })
    expect(first.fields['x-tidied']).toBe('yes')
    const second = await ask(network, '/api/seven?page=2')
    expect([isHit(second), second.body, second.fields['x-tidied']]).toEqual([true, first.body, 'yes'])
    expect(isHit(await ask(network, '/api/seven?page=3'))).toBe(false)
    expect(behind.backends.functions.find('thing')!.counts).toMatchObject({ cold: 1, warm: 1 })
  })

  it('a hook may answer itself; one that throws fails this request only', async () => {
    const { network, behind } = await start()
    expect(await ask(network, '/api/made')).toMatchObject({ status: 418, body: 'made', fields: { 'x-made': 'here' } })
    expect((await ask(network, '/api/thrown')).status).toBe(503)
    expect((await ask(network, '/api/ok')).status).toBe(200)
    expect(behind.backends.gateways[0]!.counts.requests).toBe(1)
  })

  it('while a hook is stuck in one call the PoP answers others, and the hook the next one', async () => {
    const { network } = await start()
    expect((await ask(network, '/a.txt')).status).toBe(200)
    const ends: string[] = []
    const note = async (path: string): Promise<number> => {
      const { status } = await ask(network, path)
      ends.push(path)
      return status
    }
    const statuses = await Promise.all(['/api/stuck', '/a.txt', '/old/x', '/api/next'].map(note))
    expect(statuses).toEqual([503, 200, 200, 200])
    expect(ends.slice(0, 2).sort()).toEqual(['/a.txt', '/old/x'])
  })

  it('a function may change the head of the answer, which waits for it', async () => {
    const functions = '\nfunctions:\n  sign: {handler: "./thing.mjs#sign"}'
    const { network } = await start(
      shop
        .replace('edge: {tidy: ./tidy.js,', 'edge: {tidy: ./tidy.js, sign: {function: sign},')
        .replace('{path: /old/*, origin: old}', '{path: /old/*, origin: old, edge: {viewer-response: sign}}')
        .replace('\nfunctions:', functions),
    )
    const path = '/old/x?bytes=300000'
    const first = await ask(network, path)
    expect(first).toMatchObject({ status: 200, fields: { 'x-signed': '/old/x', 'content-length': '300000' } })
    expect(first.body).toHaveLength(300_000)
    const second = await ask(network, path)
    expect([isHit(second), second.fields['x-signed'], second.body === first.body]).toEqual([true, '/old/x', true])
    expect(await ask(network, path, {}, 'HEAD')).toMatchObject({
      status: 200,
      body: '',
      fields: { 'x-signed': '/old/x' },
    })
  })

  it('nothing that failed is kept, whatever the behaviour says', async () => {
    const { network } = await start()
    expect((await ask(network, '/api/rare/1')).status).toBe(200)
    expect((await ask(network, '/api/rare/2')).status).toBe(429)
    expect(await ask(network, '/api/rare/2')).toMatchObject({ status: 429 })
    expect((await ask(network, '/api/broken')).status).toBe(502)
    const again = await ask(network, '/api/broken')
    expect([again.status, isHit(again)]).toEqual([502, false])
    expect(isHit(await ask(network, '/api/rare/1'))).toBe(true)
  })

  it('an object that is written takes its copies off every PoP, and calls a function', async () => {
    const { behind, network, s3, lambda } = await start()
    for (const pop of [0, 1]) expect((await ask(network, '/a.txt', {}, 'GET', pop)).body).toBe('first')
    await s3.send(new PutObjectCommand({ Bucket: 'assets', Key: 'a.txt', Body: 'second' }))
    for (const pop of [0, 1])
      expect(await ask(network, '/a.txt', {}, 'GET', pop)).toMatchObject({
        body: 'second',
        fields: { 'cache-control': 'max-age=86400' },
      })
    // Asked before the event is done it would start a second environment, which has seen nothing.
    const { counts } = behind.backends.functions.queueOf('watch')!
    for (let turn = 0; turn < 500 && counts.done === 0; turn++) await new Promise(resolve => setTimeout(resolve, 10))
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'watch', Payload: '{}' }))
    expect(Payload!.transformToString()).toContain('"a.txt"')
  })

  it('one trace goes from the visitor through the PoP to the function', async () => {
    const { network } = await start()
    const root = 'Root=1-65a1b2c3-0123456789abcdef01234567'
    const named = JSON.parse((await ask(network, '/api/1', { 'X-Amzn-Trace-Id': root })).body)
    expect(named.trace).toMatch(/^Root=1-65a1b2c3-0123456789abcdef01234567;/)
    const unnamed = JSON.parse((await ask(network, '/api/2')).body)
    expect(unnamed.trace).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};/)
  })

  it('visitors reach a bucket only to read its objects, with nothing of their own in the ask', async () => {
    const { network, s3, behind, faults } = await start()
    expect((await ask(network, '/?list-type=2')).body).toBe('<h1>index</h1>')
    expect((await ask(network, '/a.txt?acl')).body).toBe('first')
    expect((await ask(network, '/a.txt', {}, 'DELETE')).status).toBe(405)
    const forged = { authorization: 'AWS4-HMAC-SHA256 Credential=x', 'x-amz-date': 'never', 'x-amz-acl': 'public-read' }
    expect((await ask(network, '/a.txt?fresh', forged)).status).toBe(200)
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'assets' }))
    expect(Contents!.map(({ Key }) => Key)).toEqual(['a.txt', 'index.html'])
    expect(behind.backends.state.requests).toBeGreaterThan(0)
    expect(faults).toEqual([])
  })

  it('origins that are stopped are unreachable, and what is held is still served', async () => {
    const { network, behind } = await start()
    await ask(network, '/a.txt')
    behind.backends.state.isStopped = true
    expect((await ask(network, '/a.txt')).status).toBe(200)
    expect((await ask(network, '/api/5')).status).toBe(502)
    behind.backends.state.isStopped = false
    expect((await ask(network, '/api/5')).status).toBe(200)
  })

  it('files that are not there and code with mistakes are told before anything listens', async () => {
    await expect(start(shop.replace('./tidy.js', './tydi.js').replace('./site', './sight'))).rejects.toThrow(
      /tydi.js[\s\S]*|sight/,
    )
    await expect(start(shop.replace('./thing.mjs#mark', '../shop.mjs#mark'))).rejects.toThrow(/outside/)
  })
})

describe('a table that somebody else keeps', () => {
  it('gets what functions and clients ask, once their signature and permissions are right', async () => {
    const { default: dynalite } = await import('dynalite')
    const other = dynalite({ createTableMs: 0 })
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', () => resolve()))
    closers.push(() => new Promise(resolve => other.close(resolve)))
    const endpoint = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' }
    const direct = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials })
    closers.push(async () => direct.destroy())
    await direct.send(
      new CreateTableCommand({
        TableName: 'things',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
    const tables = `tables: {things: {key: {id: S}, endpoint: "${endpoint}"}, own: {key: {id: S}}}\n`
    const { behind } = await start(`${shop}${tables}`)
    const url = behind.backends.endpoint.url
    const table = new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials: behind.credentials })
    const forged = new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 })
    closers.push(async () => [table, forged].forEach(client => void client.destroy()))
    const put = (TableName: string) => new PutItemCommand({ TableName, Item: { id: { S: '1' }, name: { S: 'one' } } })
    await table.send(put('things'))
    await table.send(put('own'))
    const get = (TableName: string) => new GetItemCommand({ TableName, Key: { id: { S: '1' } } })
    expect((await direct.send(get('things'))).Item!.name!.S).toBe('one')
    expect((await table.send(get('things'))).Item!.name!.S).toBe('one')
    expect((await table.send(get('own'))).Item!.name!.S).toBe('one')
    await expect(direct.send(get('own'))).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(forged.send(get('things'))).rejects.toMatchObject({ name: 'UnrecognizedClientException' })
  })
})

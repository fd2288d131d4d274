import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { propagation, trace } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { serveBackends } from '#cdnlab/cli/serve-backends.js'
import { type RunningNetwork, startNetwork } from '#cdnlab/live/network.js'
import { recordSpan } from '#cdnlab/live/spans.js'
import { loadAtlas } from '../../src/files/atlas.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan-of.ts'
import { MemoryTracer, propagator } from './memory-tracer.ts'
import { until } from './rig.ts'

const folder = join(import.meta.dirname, '..', '..', 'scenarios')
const text = readFileSync(join(folder, 'serverless-shop.yaml'), 'utf8')

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  trace.disable()
  propagation.disable()
})

async function start() {
  const atlas = loadAtlas()
  const overrides = [{ key: 'pops', value: '{map: cloudflare, take: 2}' }]
  const { plan } = planOf(readScenario(text, 'serverless-shop.yaml', overrides), atlas)
  const host = '127.0.0.1'
  const said: string[] = []
  const behind = await serveBackends({
    ...{ plan, backends: plan.backends!, folder, allowOutside: false, host, port: 0, timeScale: 0 },
    say: line => said.push(line),
  })
  closers.push(() => behind.backends.close(true))
  const network = await startNetwork({
    ...{ plan, atlas, origin: undefined, behind, host, port: 0, popPort: 0, controlPort: 0, timeScale: 0 },
    ...{ manner: 'proxy', keepsHost: false, mode: 'conformant', token: 'long-enough', now: Date.now },
    onAnswered: recordSpan,
  })
  closers.push(() => network.close(true))
  const endpoint = behind.backends.endpoint.url
  const table = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: behind.credentials })
  closers.push(async () => table.destroy())
  return { network, behind, table, said }
}

function ask(
  { door }: RunningNetwork,
  path: string,
  { method = 'GET', body, ...headers }: { method?: string; body?: string } & Record<string, string | undefined> = {},
): Promise<{ status: number; body: string; cache: string }> {
  return new Promise((resolve, reject) => {
    const given = body === undefined ? {} : { 'content-type': 'application/json' }
    const fields = Object.fromEntries(
      Object.entries({ ...given, ...headers }).filter(([, value]) => value !== undefined),
    )
    const sent = httpRequest(
      { host: '127.0.0.1', port: door.port, path, method, headers: fields as Record<string, string>, agent: false },
      response => {
        let text = ''
        response.on('data', chunk => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode!, body: text, cache: String(response.headers['cache-status']) }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

describe('the shop', () => {
  it('sells: products and pictures are kept at the edge, orders go down to the table', async () => {
    const { network, table, said } = await start()
    const product = await ask(network, '/api/products/3?from=Paris')
    expect(product).toMatchObject({ status: 200, body: expect.stringContaining('"name":"Wooden spoon"') })
    expect((await ask(network, '/api/Products/3/?utm_source=letter&from=Paris')).cache).toMatch(/^\S+; hit/)
    expect((await ask(network, '/pictures/3.svg?from=Paris')).body).toContain('<title>Hat</title>')
    const ordered = await ask(network, '/api/orders/42?from=Paris', { method: 'POST', body: '{"items": [3, 4]}' })
    expect([ordered.status, JSON.parse(ordered.body).id]).toEqual([201, '42'])
    const { Item } = await table.send(new GetItemCommand({ TableName: 'orders', Key: { id: { S: '42' } } }))
    expect(Item!.total!.N).toBe(String(JSON.parse(ordered.body).total))
    expect((await ask(network, '/api/orders/43?from=Paris', { method: 'POST', body: '{"itms": []}' })).status).toBe(400)
    expect((await ask(network, '/api/products/none?from=Paris')).status).toBe(404)
    expect(said).toEqual([])
  })

  it('gives each function what it may use, and no more', async () => {
    const { behind } = await start()
    const identity = behind.backends.functions.identities.find(({ name }) => name === 'function-product')!
    const { accessKeyId, secretAccessKey, sessionToken } = identity
    const credentials = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
    const table = new DynamoDBClient({ endpoint: behind.backends.endpoint.url, region: 'us-east-1', credentials })
    closers.push(async () => table.destroy())
    const put = new PutItemCommand({ TableName: 'products', Item: { id: { S: '1' } } })
    await expect(table.send(put)).rejects.toMatchObject({ name: 'AccessDeniedException' })
    const { Item } = await table.send(new GetItemCommand({ TableName: 'products', Key: { id: { S: '1' } } }))
    expect(Item!.name!.S).toBe('Tea pot')
  })

  it('is one trace from the front door to the table', async () => {
    const tracer = new MemoryTracer()
    trace.setGlobalTracerProvider({ getTracer: () => tracer })
    propagation.setGlobalPropagator(propagator)
    const { network } = await start()
    const caller = { trace: 'a'.repeat(32), id: 'b'.repeat(16) }
    await ask(network, '/api/products/5?from=Paris', { traceparent: `00-${caller.trace}-${caller.id}-01` })
    await until(() => tracer.ended.length >= 5)
    const names = tracer.ended.map(({ name }) => name.replace(/^pop .*/, 'pop'))
    expect(names.sort()).toEqual(['api shop', 'aws dynamodb', 'front door', 'function product', 'pop'])
    expect(new Set(tracer.ended.map(span => span.trace))).toEqual(new Set([caller.trace]))
    const named = (name: string) => tracer.ended.find(span => span.name.startsWith(name))!
    const chain = ['front door', 'pop', 'api shop', 'function product', 'aws dynamodb'].map(named)
    expect(chain.map(({ parent }) => parent)).toEqual([caller.id, ...chain.slice(0, 4).map(({ id }) => id)])
  })
})

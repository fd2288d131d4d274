import { describe, expect, it } from 'vitest'
import { describeMistake } from '../../src/lib/user-error.ts'
import { mistakesOf, planText } from './mistakes-of.ts'

const shop = `
origins: {site: {bucket: assets, at: us-east-1}, shop: {api: shop, at: us-east-1}}
behaviors:
  - {path: /api/products/*, origin: shop, cache: {ttl: 30s, key: {query: [page]}}, edge: {viewer-request: normalize}}
  - {path: "*", origin: site, cache: {ttl: origin}}
edge: {normalize: ./edge/normalize.js}
buckets: {assets: {from: ./site, nodes: 6, replicas: 3, on: {created: purge}}}
tables: {products: {key: {id: S}, capacity: on-demand}}
functions:
  product: {handler: "./fn/product.mjs#get", memory: 512, timeout: 3s, concurrency: 50, uses: {products: read}, time: {p50: 12ms, p99: 60ms}, cold: nodejs22, keepAlive: 6m}
apis:
  shop: {auth: {jwt: {jwks: ./jwks.json}}, throttle: {rate: 100, burst: 200}, routes: {"GET /api/products/{id}": {function: product, auth: none}}}
`

describe('the five systems in a scenario', () => {
  const { plan, warnings } = planText(shop)
  const backends = plan.backends!

  it('are plain data, with every default filled in', () => {
    expect(warnings).toEqual([])
    expect(backends.functions[0]).toMatchObject({
      ...{ name: 'product', file: './fn/product.mjs', exportName: 'get', memoryMiB: 512, timeoutMs: 3000 },
      keepAlive: { name: 'fixed', after: 360_000 },
      uses: [{ kind: 'table', name: 'products', access: 'read', calls: 1, isConsistent: false, attempts: 3 }],
      durationMs: [[0.5, 12], [0.99, 60]],
      initMs: [[0.5, 142], [0.9, 169], [0.99, 217]],
    }) // biome-ignore format: pairs
    expect(backends.tables[0]).toMatchObject({
      partitionKey: { name: 'id', type: 'S' },
      capacity: { mode: 'on-demand' },
    })
    expect(backends.buckets[0]).toMatchObject({ from: './site', replicas: 3, created: { purge: true, function: '' } })
    expect(backends.apis[0]).toMatchObject({ throttle: { ratePerSecond: 100, burst: 200 } })
    expect(backends.apis[0]!.routes[0]).toMatchObject({ function: 'product', authorizer: '', timeoutMs: 30_000 })
    expect(backends.apis[0]!.authorizers).toMatchObject([{ name: 'jwt', kind: 'jwt', jwks: './jwks.json' }])
  })

  it('are named by behaviours: origin, key, hooks, and who says how long', () => {
    expect(backends.rules).toEqual([
      { origin: 1, ttlFrom: 'behavior', queryKey: ['page'], hooks: [0, -1, -1, -1] },
      { origin: 0, ttlFrom: 'origin', queryKey: null, hooks: [-1, -1, -1, -1] },
      { origin: 0, ttlFrom: 'origin', queryKey: null, hooks: [-1, -1, -1, -1] },
    ])
    expect(plan.behaviors.map(({ ttlMs }) => ttlMs)).toEqual([30_000, 864e5])
    expect(backends.hooks).toEqual([{ name: 'normalize', kind: 'script', file: './edge/normalize.js', code: '' }])
  })

  it('leave a static scenario as it was', () => {
    expect(planText('traffic: {objects: 10}').plan.backends).toBeNull()
  })
})

describe('what is probably not meant', () => {
  const traffic = 'traffic: {classes: {things: {share: 1, path: "/api/products/{id}"}}}'

  it.each([
    ['', '', []],
    ['GET /api/products/{id}', 'POST /api/products/{id}', ['my.yaml:13:29: traffic.classes.things: no route of the gateway "shop" takes GET /api/products/{id} (each ask of it is answered 404)']],
    [', auth: none', '', ['my.yaml:4:5: behaviors.0: "GET /api/products/{id}" asks who may pass, and its answers may be kept for everybody (write cache: { uncacheable: 100% }, or auth: none for the route)']],
  ])('%s -> %s', (good, bad, expected) => {
    expect(planText(`${shop.replace(good, bad)}${traffic}\n`).warnings.map(describeMistake)).toEqual(expected)
  }) // biome-ignore format: one warning a line
})

describe('mistakes among them', () => {
  it.each([
    ['origins: {site: {bucket: assets', 'origins: {site: {bucket: asets', '2:26: origins.site.bucket: unknown bucket "asets" (did you mean "assets"?)'],
    ['api: shop, at', 'api: shup, at', 'origins.shop.api: unknown gateway "shup" (did you mean "shop"?)'],
    ['at: us-east-1}, shop', 'at: us-eats-1}, shop', 'us-eats-1'],
    ['origin: shop', 'origin: shpo', '4:37: behaviors.0.origin: unknown origin "shpo" (did you mean "shop"?)'],
    ['viewer-request: normalize', 'viewer-request: normalise', 'unknown hook "normalise" (did you mean "normalize"?)'],
    ['viewer-request: normalize', 'viewer-reqest: normalize', 'unknown key "viewer-reqest" in behaviors.0.edge (did you mean "viewer-request"?)'],
    ['ttl: origin', 'ttl: orign', 'behaviors.1.cache.ttl: "orign" is no duration'],
    ['normalize: ./edge/normalize.js}', 'normalize: ./edge/normalize.js, polcy: lru}', 'unknown key "polcy" in edge (did you mean "policy"?)'],
    ['normalize: ./edge', 'normalize: {function: prodct}, x: ./edge', 'edge.normalize.function: unknown function "prodct"'],
    ['replicas: 3', 'replicas: 9', 'buckets.assets.replicas: 9 replicas need as many nodes, and there are 6'],
    ['created: purge', 'created: thumb', 'buckets.assets.on.created: unknown function "thumb"'],
    ['key: {id: S}', 'key: {id: X}', 'tables.products.key.id: "X" is not known'],
    ['key: {id: S}', 'key: {a: S, b: S, c: S}', 'a key is one attribute, or two'],
    ['capacity: on-demand', 'capacity: on-demnad', 'tables.products.capacity: "on-demnad" is none of: "on-demand", a map of keys'],
    ['capacity: on-demand', 'capacity: {read: 5}', 'tables.products.capacity.write: is missing'],
    ['#get', '', ''],
    ['product.mjs#get', 'product.py', 'functions.product.handler: "./fn/product.py" is no ./file.mjs#export'],
    ['memory: 512', 'memory: 64', 'functions.product.memory: "64" is too small: at least 128'],
    ['cold: nodejs22', 'cold: nodejs2', 'functions.product.cold: "nodejs2" is no time (did you mean "nodejs22"?)'],
    ['keepAlive: 6m', 'keepAlive: hybird', 'functions.product.keepAlive: unknown keep-alive policy "hybird" (did you mean "hybrid"?)'],
    ['uses: {products: read}', 'uses: {product: read}', ''],
    ['uses: {products: read}', 'uses: {produkts: read}', 'functions.product.uses.produkts: there is no table, bucket or function "produkts" (did you mean "products"?)'],
    ['uses: {products: read}', 'uses: {products: raed}', 'functions.product.uses.products: "raed" is none of'],
    ['p99: 60ms', 'p99: 6ms', 'functions.product.time: p50, p90, p99 must rise'],
    ['function: product, auth', 'function: prodct, auth', 'unknown function "prodct" (did you mean "product"?)'],
    ['auth: none', 'auth: jwd', 'unknown authorizer "jwd" (did you mean "jwt"?)'],
    ['"GET /api/products/{id}"', '"GETT /api/products/{id}"', 'unknown method "GETT"'],
    ['burst: 200', 'burts: 200', 'unknown key "burts" in apis.shop.throttle (did you mean "burst"?)'],
    ['tables:', 'origin: {think: 1ms}\ntables:', 'origin: there are `origins` too'],
  ])('%s -> %s', (good, bad, complaint) => {
    const found = mistakesOf(shop.replace(good, bad))
    if (complaint === '') expect(found).toEqual([])
    else expect(found.join('\n')).toContain(complaint)
  }) // biome-ignore format: one mistake a line
})

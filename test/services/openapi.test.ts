import { describe, expect, it } from 'vitest'
import { openApiOf } from '../../src/services/api/openapi.ts'
import { apiPlan, openApi, routePlan } from './api-rig.ts'

const hostile = '</script><script>alert(1)</script>\u202e'
const body = { type: 'object', properties: { name: { type: 'string', title: hostile } } }
const plan = apiPlan(
  [
    routePlan('GET /products/{id}', 'echo', {
      summary: hostile,
      authorizer: 'users',
      scopes: ['read'],
      parameters: {
        path: { properties: { id: { type: 'integer' } } },
        query: { properties: { page: { type: 'integer' } }, required: ['page'] },
      },
    }),
    routePlan('ANY /products/{id}', 'echo'),
    routePlan('POST /products', 'echo', { body, needsApiKey: true, throttle: { ratePerSecond: 1, burst: 1 } }),
    routePlan('GET /files/{path+}', 'echo'),
    routePlan('$default', 'echo'),
  ],
  {
    name: hostile,
    description: 'A shop',
    authorizers: [
      {
        name: 'users',
        kind: 'jwt',
        jwks: './jwks.json',
        issuer: '',
        audiences: [],
        source: '$request.header.Authorization',
      },
    ],
  },
)

describe('the reference', () => {
  it('describes paths, parameters, bodies, security and errors as OpenAPI 3.1', () => {
    const described = openApiOf(plan) as { openapi: string; paths: Record<string, Record<string, unknown>> }
    expect(described.openapi).toBe('3.1.0')
    expect(Object.keys(described.paths)).toEqual(['/products/{id}', '/products', '/files/{path}'])
    expect(Object.keys(described.paths['/products/{id}']!).sort()).toEqual([
      'delete',
      'get',
      'head',
      'options',
      'patch',
      'post',
      'put',
    ])
    expect(described.paths['/products/{id}']!.get).toMatchObject({
      parameters: [
        { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
        { name: 'page', in: 'query', required: true, schema: { type: 'integer' } },
      ],
      security: [{ users: ['read'] }],
      responses: { 200: {}, 400: {}, 401: {}, 403: {}, 502: {}, 504: {} },
    })
    expect(described.paths['/products']!.post).toMatchObject({
      requestBody: { content: { 'application/json': { schema: body } } },
      security: [{ apiKey: [] }],
      responses: { 429: {} },
    })
    const ids = Object.values(described.paths).flatMap(item =>
      Object.values(item).map(operation => (operation as { operationId: string }).operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('is served as JSON and as a page on which nothing runs', async () => {
    const api = await openApi(plan, { readFile: async () => '{"keys":[]}' })
    const json = await fetch(`${api.url}/_reference/openapi.json`)
    expect(await json.json()).toEqual(JSON.parse(JSON.stringify(openApiOf(plan))))
    const page = await fetch(`${api.url}/_reference`)
    const html = await page.text()
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(html).toContain('/products/{id}')
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('\u202e')
    await api.close()
  })
})

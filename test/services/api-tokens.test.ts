import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CompactSign, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuthorizerPlan } from '../../src/backend/plans.ts'
import { type Api, apiPlan, openApi, routePlan } from './api-rig.ts'

let api: Api
let keys: Server
let keysFetched = 0
let pair: CryptoKeyPair
let other: CryptoKeyPair

const now = Math.floor(Date.now() / 1000)
const claims = { sub: 'me', scope: 'read write', aud: 'shop', client_id: 'c' }

beforeAll(async () => {
  pair = (await generateKeyPair('RS256')) as CryptoKeyPair
  other = (await generateKeyPair('RS256')) as CryptoKeyPair
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] })
  keys = createServer((_, response) => {
    keysFetched++
    response.setHeader('Content-Type', 'application/json').end(jwks)
  })
  await new Promise<void>(resolve => keys.listen(0, '127.0.0.1', resolve))
  const byFile: AuthorizerPlan = {
    name: 'file',
    kind: 'jwt',
    jwks: './jwks.json',
    issuer: 'https://issuer.example',
    audiences: ['shop', 'other'],
    source: '$request.header.Authorization',
  }
  const address = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks`
  const byUrl = { ...byFile, name: 'url', jwks: address, source: '$request.querystring.token' }
  const broken = { ...byFile, name: 'broken', jwks: 'http://127.0.0.1:1/jwks' }
  const routes = [
    routePlan('GET /file', 'echo', { authorizer: 'file' }),
    routePlan('GET /scoped', 'echo', { authorizer: 'file', scopes: ['admin', 'write'] }),
    routePlan('GET /admin', 'echo', { authorizer: 'file', scopes: ['admin'] }),
    routePlan('GET /url', 'echo', { authorizer: 'url' }),
    routePlan('GET /broken', 'echo', { authorizer: 'broken' }),
  ]
  api = await openApi(apiPlan(routes, { authorizers: [byFile, byUrl, broken] }), { readFile: async () => jwks })
})
afterAll(async () => {
  await api.close()
  keys.closeAllConnections()
  await new Promise(resolve => keys.close(resolve))
})

function token(own: object = {}, key: CryptoKey = pair.privateKey, header: object = {}): Promise<string> {
  const body = { iss: 'https://issuer.example', iat: now - 10, exp: now + 600, ...claims, ...own }
  return new SignJWT(body).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key)
}

async function ask(path: string, authorization?: string) {
  const response = await fetch(api.url + path, authorization === undefined ? {} : { headers: { authorization } })
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    body: (await response.json()) as { message: string; requestContext: { authorizer: unknown } },
  }
}

describe('JSON Web Tokens', () => {
  it('pass with their claims', async () => {
    const answer = await ask('/file', `Bearer ${await token({ groups: ['a', 'b'], admin: false })}`)
    expect(answer.status).toBe(200)
    expect(answer.body.requestContext.authorizer).toMatchObject({
      jwt: {
        claims: { sub: 'me', iss: 'https://issuer.example', groups: '[a b]', admin: 'false', exp: String(now + 600) },
        scopes: null,
      },
    })
    expect((await ask('/file', await token())).status).toBe(200)
    expect((await ask('/file', `Bearer ${await token({ aud: undefined, client_id: 'other' })}`)).status).toBe(200)
  })

  it('need one of the scopes of a route', async () => {
    const scoped = await ask('/scoped', `Bearer ${await token()}`)
    expect(scoped.body.requestContext.authorizer).toMatchObject({ jwt: { scopes: ['read', 'write'] } })
    const refused = await ask('/admin', `Bearer ${await token()}`)
    expect([refused.status, refused.body.message]).toEqual([403, 'Forbidden'])
    expect(refused.challenge).toBe('Bearer scope="admin" error="insufficient_scope"')
  })

  it('may come in the query, with keys that are fetched once', async () => {
    expect((await ask(`/url?token=${await token()}`)).status).toBe(200)
    expect((await ask(`/url?token=${await token()}`)).status).toBe(200)
    expect(keysFetched).toBe(1)
  })

  it.each<[string, () => Promise<string | undefined> | string | undefined]>([
    ['none at all', () => undefined],
    ['no token', () => 'Bearer '],
    ['nonsense', () => 'Bearer a.b.c'],
    ['one that is signed by another key', () => token({}, other.privateKey)],
    ['one of another key that is not known', () => token({}, other.privateKey, { kid: 'k2' })],
    ['an expired one', () => token({ exp: now - 1 })],
    ['one without an end', () => token({ exp: undefined })],
    ['one that does not hold yet', () => token({ nbf: now + 300 })],
    ['one of the future', () => token({ iat: now + 300 })],
    ['one of another issuer', () => token({ iss: 'https://evil.example' })],
    ['one for somebody else', () => token({ aud: 'another' })],
    ['one for somebody else whose client is right', () => token({ aud: 'another', client_id: 'shop' })],
    ['an unsigned one', () => new UnsecuredJWT({ iss: 'https://issuer.example', exp: now + 600, ...claims }).encode()],
    [
      'one that is signed with the public key as a secret',
      async () => {
        const secret = Buffer.from(JSON.stringify(await exportJWK(pair.publicKey)))
        const body = Buffer.from(JSON.stringify({ iss: 'https://issuer.example', exp: now + 600, ...claims }))
        return new CompactSign(body).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret)
      },
    ],
    [
      'one whose claims were changed',
      async () =>
        (await token()).replace(
          /\.[^.]+\./,
          `.${Buffer.from('{"sub":"root","exp":9999999999}').toString('base64url')}.`,
        ),
    ],
    ['one of 12 KB', () => 'x'.repeat(12_000)],
  ])('are refused: %s', async (_, make) => {
    const { status, body, challenge } = await ask('/file', await make())
    expect([status, body.message]).toEqual([401, 'Unauthorized'])
    expect(challenge).toMatch(/^Bearer/)
  })

  it.each(['no JSON', '{}', '{"keys":1}'])('need keys: a file with %s is a mistake of whoever wrote it', async text => {
    const plan = {
      name: 'file',
      kind: 'jwt' as const,
      jwks: './k.json',
      issuer: '',
      audiences: [],
      source: '$request.header.Authorization',
    }
    const opening = openApi(apiPlan([], { authorizers: [plan] }), { readFile: async () => text })
    await expect(opening).rejects.toThrow(/^\.\/k\.json: authorizer "file": \.\/k\.json is no set of keys/)
  })

  it('are refused when the keys cannot be had', async () =>
    expect((await ask('/broken', await token())).status).toBe(401))
})

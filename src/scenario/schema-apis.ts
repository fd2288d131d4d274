import { z } from 'zod'
import { count, duration, rate, record } from './schema-values.ts'

/** Requests a second and how many at once. */
export const throttle = record({
  rate: rate({ zero: false }).describe('Requests a second in the long run'),
  burst: count(1).describe('Requests that may come at once'),
})

const jwt = record({
  jwks: z.string().min(1).describe('Its keys: a file beside or below the scenario, or a URL'),
  issuer: z.string().default('').describe('Must be its `iss`; not checked when left out'),
  audience: z
    .union([z.string(), z.array(z.string())])
    .default([])
    .describe('One of them must be its `aud`; not checked when left out'),
  source: z.string().default('$request.header.Authorization').describe('Where the token is'),
})

/** Who may pass: nobody is asked, a token is checked, or a function decides. */
export const auth = z.union([
  record({ jwt: jwt.describe('A JSON Web Token is checked') }),
  record({
    function: z.string().describe('The function that decides'),
    response: z.enum(['simple', 'policy']).default('simple').describe('{ isAuthorized }, or a policy document'),
    sources: z
      .array(z.string())
      .default(['$request.header.Authorization'])
      .describe('What its answer is kept for; without one of them the answer is 401'),
    cache: duration().prefault('5m').describe('How long its answer is kept'),
  }),
  z.string(),
])

export const cors = z.union([
  record({
    origins: z.array(z.string()).default(['*']).describe('Sites that may ask'),
    methods: z.array(z.string()).default(['*']).describe('With which methods'),
    headers: z.array(z.string()).default(['*']).describe('With which fields'),
    exposed: z.array(z.string()).default([]).describe('Fields of answers that they may see'),
    maxAge: duration().prefault('5m').describe('How long they need not ask again'),
    credentials: z.boolean().default(false).describe('Whether cookies may come with it'),
  }),
  z.boolean(),
])

const schema = z.record(z.string(), z.unknown())

export const route = record({
  function: z.string().describe('The function that answers'),
  auth: z.string().optional().describe('Name of an authorizer, or none'),
  scopes: z.array(z.string()).default([]).describe('Scopes of a token of which one must be there'),
  key: z.boolean().default(false).describe('True: an API key is needed'),
  throttle: throttle.optional().describe('Requests a second for this route'),
  body: schema.optional().describe('JSON Schema of the body'),
  path: schema.optional().describe('JSON Schema of the path parameters'),
  query: schema.optional().describe('JSON Schema of the query parameters'),
  timeout: duration({ zero: false }).prefault('30s').describe('After this long the answer is 504'),
  summary: z.string().max(200).default('').describe('For the reference that is made of it'),
})

export const sockets = record({
  path: z.string().startsWith('/').default('/ws').describe('Where connections are opened'),
  selection: z.string().default('$request.body.action').describe('What of a message names its route'),
  routes: z.record(z.string(), z.string()).describe('$connect, $disconnect, $default and others to functions'),
  auth: z.string().optional().describe('Name of an authorizer, asked at $connect'),
  idle: duration({ zero: false }).prefault('10m').describe('A connection without messages is closed after so long'),
})

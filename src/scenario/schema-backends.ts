import { z } from 'zod'
import { coldStarts } from '../backend/cold-start.ts'
import { keepAlives } from '../backend/keep-alive/index.ts'
import { quantilesOf } from '../backend/plans.ts'
import { parseDurationMs } from '../lib/quantity.ts'
import { auth, cors, route, sockets, throttle } from './schema-apis.ts'
import { quantiles, use } from './schema-times.ts'
import {
  bandwidth,
  count,
  duration,
  identifier,
  limit,
  place,
  rate,
  record,
  size,
  spec,
  writtenMark,
} from './schema-values.ts'

/** Where a behaviour's objects come from: a bucket, a gateway, or a server that just thinks. */
const origin = record({
  bucket: z.string().optional().describe('The bucket that answers'),
  api: z.string().optional().describe('The gateway that answers'),
  at: place.prefault('us-east-1').describe('Where it stands: a cloud region, a city or coordinates'),
  maxAge: duration()
    .optional()
    .describe('The lifetime that it gives its answers, for `ttl: origin`: 24h when left out, 0 for a gateway'),
  think: duration().optional().describe('Of a plain one: time to the first byte; 40ms when left out'),
  concurrency: limit(1).describe('Of a plain one: asks that are worked on at once; the others wait'),
  queue: limit(0).describe('Of a plain one: asks that may wait; more are refused with 503'),
  bandwidth: bandwidth({ zero: false }).prefault('10Gbit/s').describe('Speed at which a body leaves'),
})

const bucket = record({
  from: z.string().min(1).optional().describe('Folder with its objects, beside or below the scenario; for serve'),
  nodes: count(1, 1000).default(6).describe('Storage nodes that its objects are spread over'),
  replicas: count(1, 100).default(3).describe('Nodes that hold each object: one less of them may be lost'),
  on: record({
    created: z
      .union([z.string(), z.array(z.string()).min(1)])
      .optional()
      .describe('When an object was written: `purge` takes its copies off the PoPs, a function is called'),
  })
    .prefault({})
    .describe('What its events lead to'),
  time: quantiles({
    measured: quantilesOf({ p50: 14, p90: 20, p99: 120 }),
    vendor: quantilesOf({ p50: 100, p90: 150, p99: 200 }),
  })
    .prefault('measured')
    .describe(
      'Time to the first byte: measured (14, 20, 120 ms), vendor (the 100 to 200 ms of its guide), or your own',
    ),
  reads: rate({ zero: false }).prefault('5500/s').describe('Reads of one prefix; more are told to slow down: 503'),
  writes: rate({ zero: false }).prefault('3500/s').describe('Writes of one prefix'),
  bandwidth: bandwidth({ zero: false }).prefault('10Gbit/s').describe('Speed at which a body leaves'),
})

const keyType = z.enum(['S', 'N', 'B'])

const table = record({
  key: z
    .record(z.string().min(1).max(255), keyType)
    .refine(key => [1, 2].includes(Object.keys(key).length), {
      error: 'a key is one attribute, or two: the second one orders',
    })
    .describe('Attributes of the key with their types S, N or B: the partition, then what orders within it'),
  capacity: z
    .union([
      z.literal('on-demand'),
      record({
        read: z.number().positive().max(1e9).describe('Read units a second: 4 KB each, half of one when eventual'),
        write: z.number().positive().max(1e9).describe('Write units a second: 1 KB each'),
      }),
    ])
    .default('on-demand')
    .describe('Pay for each use, or so many units a second; more are throttled'),
  from: z.string().min(1).optional().describe('A JSON list of items, beside or below the scenario; for serve'),
  endpoint: z
    .string()
    .regex(/^https?:\/\/[^\s/]+\/?$/, { error: `${writtenMark} is no http URL of a server` })
    .optional()
    .describe("Somebody else's table service, such as http://127.0.0.1:8000; for serve"),
  item: size({ zero: false }).prefault('1KB').describe('Size of an item'),
  read: quantiles().prefault({ p50: 3, p99: 8 }).describe('Time of a read'),
  write: quantiles().prefault({ p50: 5, p99: 12 }).describe('Time of a write'),
})

/** `6m` is the policy `fixed:after=6m`. */
const keepAlive = z
  .union([z.string(), z.number(), z.looseObject({ name: z.string() })])
  .transform(given => {
    const after = typeof given === 'object' ? undefined : parseDurationMs(given)
    return after === undefined ? given : { name: 'fixed', after }
  })
  .pipe(spec(keepAlives))

const functionItem = record({
  handler: z
    .string()
    .regex(/^[^#\s][^#]*\.[cm]?js(?:#[A-Za-z_$][\w$]*)?$/, { error: `${writtenMark} is no ./file.mjs#export` })
    .describe('Its module, beside or below the scenario, and the export; `handler` when left out'),
  memory: count(128, 10_240).default(128).describe('Megabytes of its environments'),
  timeout: duration({ zero: false }).prefault('3s').describe('After this long it is ended'),
  concurrency: limit(0).describe('Events that are served at once; more are throttled'),
  uses: z.record(z.string(), use).default({}).describe('Tables, buckets and functions that it may use, and how'),
  time: quantiles().prefault({ p50: 10, p99: 50 }).describe('Time of the handler itself, without what it uses'),
  cold: quantiles(Object.fromEntries(coldStarts.map(({ name, initMs }) => [name, initMs])))
    .prefault('nodejs22')
    .describe(`Start of an environment: ${coldStarts.map(({ name }) => name).join(', ')}, or a time`),
  placement: duration().prefault('50ms').describe('Time to find a place for a new environment'),
  keepAlive: keepAlive.prefault('6m').describe('How long an environment waits for the next event, or a policy'),
  variables: z.record(z.string(), z.string()).default({}).describe('Variables of its environment'),
  schedule: z
    .union([z.string(), z.array(z.string())])
    .default([])
    .describe('Events by the clock: rate(5 minutes) or cron(0 12 * * ? *)'),
  retries: count(0, 2).default(2).describe('Tries after the first one, for events that nobody waits for'),
  eventAge: duration({ zero: false }).prefault('6h').describe('When such events are given up'),
})

const api = record({
  description: z.string().max(1000).default('').describe('For the reference that is made of it'),
  auth: auth.default('none').describe('Who may pass, unless a route says otherwise'),
  authorizers: z.record(identifier, auth).default({}).describe('More of them by name, for routes'),
  throttle: throttle.optional().describe('Requests a second for all routes; more are refused: 429'),
  keys: z.record(identifier, z.string().min(1)).default({}).describe('API keys by name'),
  cors: cors.optional().describe('Who may ask from pages of other sites'),
  routes: z
    .record(z.string(), z.union([z.string(), route]))
    .refine(routes => Object.keys(routes).length > 0, { error: 'a gateway needs a route' })
    .describe('`METHOD /path/{name}` to a function'),
  sockets: sockets.optional().describe('Routes of WebSocket messages'),
  body: size({ zero: false }).prefault('10MB').describe('Greatest body of a request'),
  think: quantiles().prefault({ p50: 5, p99: 20 }).describe('Time that the gateway itself takes'),
})

/** What stands behind the PoPs, by name. A static scenario needs none of it. */
export const backends = {
  origins: z
    .record(identifier, origin)
    .default({})
    .describe('Where things come from, by name, for behaviours; instead of `origin`'),
  buckets: z.record(identifier, bucket).default({}).describe('Storage of objects'),
  tables: z.record(identifier, table).default({}).describe('Key-value tables'),
  functions: z.record(identifier, functionItem).default({}).describe('Code that runs when an event calls it'),
  apis: z.record(identifier, api).default({}).describe('Gateways that lead HTTP routes to functions'),
}

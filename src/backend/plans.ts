import type { Ms } from '../lib/clock.ts'
import type { Spec } from '../lib/registry.ts'
import type { Quantiles } from './quantiles.ts'
import type { CapacityPlan } from './table-capacity.ts'

/** A bucket of objects with everything filled in: plain data, the same for its model and its server. */
export interface BucketPlan {
  name: string
  /** Folder whose files are its objects at the start, beside or below the scenario; '' where there is none. */
  from: string
  /** Storage nodes that the objects are spread over, and on how many of them each object is held. */
  nodes: number
  replicas: number
  /** Asks of one prefix, a second, beyond which 503 SlowDown is answered: those that read and those that write. */
  readsPerSecond: number
  writesPerSecond: number
  /** From an ask to the first byte of the answer. */
  firstByteMs: Quantiles
  /** Speed at which a body leaves. */
  bandwidthMbps: number
  /** What happens when an object was written: copies at the PoPs are purged, and a function is called; '' calls none. */
  created: { purge: boolean; function: string }
}

/** One attribute of a table's key: text, number or bytes. */
export interface KeyAttribute {
  name: string
  type: 'S' | 'N' | 'B'
}

/** A key-value table with everything filled in: plain data, the same for its model and its server. */
export interface TablePlan {
  name: string
  /** The attribute that chooses the partition, and the one that orders within it; null where there is none. */
  partitionKey: KeyAttribute
  sortKey: KeyAttribute | null
  capacity: CapacityPlan
  /** A file with items that it holds at the start: a JSON list; '' where there is none. */
  from: string
  /** Somebody else's table service, such as `http://127.0.0.1:8000`; '': the built-in one. */
  endpoint: string
  /** Size of an item in the model. */
  itemBytes: number
  /** From an operation to its answer. */
  readMs: Quantiles
  writeMs: Quantiles
}

/** How far a time is over at a share of its range; see `Quantiles`. Two or three known quantiles are enough. */
export function quantilesOf(known: { p50: Ms; p90?: Ms | undefined; p99: Ms }): Quantiles {
  const middle = known.p90 === undefined ? [] : [[0.9, known.p90] as const]
  return [[0.5, known.p50] as const, ...middle, [0.99, known.p99] as const]
}

/** What a function may use: its environment gets credentials that open just this. */
export interface UsePlan {
  kind: 'bucket' | 'table' | 'function'
  name: string
  access: 'read' | 'write' | 'read-write'
  /** In the model: operations of one event (1), whether its reads are strong, and tries of a throttled operation (3). */
  calls?: number
  isConsistent?: boolean
  attempts?: number
}

/** A function with everything filled in: plain data, the same for its model and its workers. */
export interface FunctionPlan {
  name: string
  /** The module with the handler, beside or below the scenario, and the name of its export. */
  file: string
  exportName: string
  /** As AWS counts megabytes: MiB. */
  memoryMiB: number
  timeoutMs: Ms
  /** Reserved concurrency: events that are served at once; Infinity: no limit. */
  concurrency: number
  keepAlive: Spec
  /** Variables of the handler's environment. */
  variables: Record<string, string>
  uses: UsePlan[]
  /** Events by the clock: `rate(5 minutes)` or `cron(0 12 * * ? *)`, as EventBridge reads them. */
  schedules: string[]
  /** Events that nobody waits for: tries after the first one, and the age at which they are given up. */
  retries: number
  eventAgeMs: Ms
  /** In the model: from the handler's begin to its end, finding a place for a new environment, and its initialising. */
  durationMs: Quantiles
  placementMs: Ms
  initMs: Quantiles
}

/** Code that runs inside a PoP. */
export type EdgePlan = { name: string } & (
  | {
      /** A small sandboxed script: the file beside or below the scenario and its text. */
      kind: 'script'
      file: string
      code: string
    }
  | {
      /** A function of the scenario, with cold starts of its own in every region. */
      kind: 'function'
      function: string
    }
)

/** Requests a second, and how many may come at once. */
export interface ThrottlePlan {
  ratePerSecond: number
  burst: number
}

/** Who may pass: checked before the function is asked. */
export type AuthorizerPlan = { name: string } & (
  | {
      kind: 'jwt'
      /** A JWKS as a file beside or below the scenario, or as an http(s) URL. */
      jwks: string
      /** '' and []: not checked. */
      issuer: string
      audiences: string[]
      /** Where the token is: `$request.header.Authorization` or `$request.querystring.name`. */
      source: string
    }
  | {
      kind: 'function'
      function: string
      /** What its answer looks like: `{ isAuthorized }`, or a policy document. */
      response: 'simple' | 'policy'
      /** What its answer is kept for; without one of them the answer is 401 and the function is not asked. */
      sources: string[]
      cacheMs: Ms
    }
)

export interface RoutePlan {
  /** `GET /products/{id}`, `ANY /{rest+}`, `$default`. */
  key: string
  function: string
  /** Name of an authorizer; '': anybody passes. */
  authorizer: string
  /** Scopes of a JWT of which one must be there. */
  scopes: string[]
  needsApiKey: boolean
  throttle: ThrottlePlan | null
  /** JSON Schemas of the body, and of the path's and query's parameters; null: not checked. */
  body: object | null
  parameters: { path: object | null; query: object | null }
  timeoutMs: Ms
  summary: string
}

export interface CorsPlan {
  origins: string[]
  methods: string[]
  headers: string[]
  exposed: string[]
  maxAgeMs: Ms
  credentials: boolean
}

/** Routes of messages over a WebSocket. */
export interface SocketsPlan {
  path: string
  /** `$request.body.action`. */
  selection: string
  /** Functions by route key: `$connect`, `$disconnect`, `$default` and others. */
  routes: Record<string, string>
  authorizer: string
  idleMs: Ms
}

/** An API gateway with everything filled in: plain data, the same for its model and its server. */
export interface ApiPlan {
  name: string
  description: string
  routes: RoutePlan[]
  authorizers: AuthorizerPlan[]
  /** Of the whole stage; null: no limit. */
  throttle: ThrottlePlan | null
  /** Names of keys to their values; sent as `x-api-key`. */
  apiKeys: Record<string, string>
  cors: CorsPlan | null
  sockets: SocketsPlan | null
  /** Greatest body of a request; 10 MB where AWS is followed. */
  bodyBytes: number
  /** In the model: what the gateway itself takes. */
  thinkMs: Quantiles
}

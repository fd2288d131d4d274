import { readFile } from 'node:fs/promises'
import { createPrefixRate, type PrefixRate } from '../backend/prefix-rate.ts'
import { createQuantileFunction } from '../backend/quantiles.ts'
import type { Ms } from '../lib/clock.ts'
import { createRandom } from '../lib/random.ts'
import type { BackendsPlan, NamedOriginPlan, Plan } from '../scenario/plan.ts'
import { createGateway, type Gateway } from '../services/api/gateway.ts'
import { createBucketService } from '../services/bucket/bucket-service.ts'
import type { BucketStore } from '../services/bucket/bucket-store.ts'
import type { BucketEvent } from '../services/bucket/object-model.ts'
import { createEndpointHandler, type EndpointHandler } from '../services/endpoint.ts'
import { createFunctions, type Functions } from '../services/functions/functions.ts'
import { createLambdaApi } from '../services/functions/lambda-api.ts'
import { objectCreatedEvent } from '../services/functions/object-created.ts'
import { createIdentities, createRoot, type Identities, type Identity } from '../services/identities.ts'
import { createTableService } from '../services/table/table-service.ts'
import type { LogFormat } from './access-log.ts'
import { createBucketOrigin } from './bucket-origin.ts'
import type { DataFolder } from './data-folder.ts'
import { openPlannedBuckets } from './open-buckets.ts'
import { answerTimes, openPlannedTables } from './open-tables.ts'
import { createOriginHandler, type OriginState } from './origin-server.ts'
import { type LiveServer, listen } from './pop-server.ts'
import { spanUntilClose } from './spans.ts'
import { createTablesElsewhere } from './tables-elsewhere.ts'
import { createTracedEndpoint } from './traced-endpoint.ts'

/** What the systems behind the PoPs need of the world outside. */
export interface BackendsOptions {
  plan: Plan
  backends: BackendsPlan
  /** Where a file or folder that the scenario names is. */
  pathOf(reference: string): string
  host: string
  /** Of the AWS-style endpoint; 0: any free one. */
  port: number
  /** Keys of whoever may do everything. */
  credentials: { accessKeyId: string; secretAccessKey: string }
  /** Real milliseconds for one of the model: of what a real service would need, and this one does not. */
  timeScale: number
  /** Milliseconds since 1970. */
  now(): Ms
  /** Milliseconds that never go back, for pools and meters; those of the process when left out. */
  steady?: () => Ms
  /** Where buckets and tables are kept over a restart; they end with the process when undefined. */
  data?: DataFolder | undefined
  /** Takes the access log of the gateways line by line; none is kept when left out. */
  log?: ((line: string) => void) | undefined
  logFormat?: LogFormat
  /** Something went wrong inside that no client is told of. */
  onFault(error: unknown): void
}

/** The systems behind the PoPs, as servers on this machine. */
export interface LiveBackends {
  endpoint: LiveServer
  /** Where each origin of the plan listens, in its order. */
  origins: URL[]
  state: OriginState
  functions: Functions
  /** In the order of the plan. */
  gateways: Gateway[]
  store: BucketStore
  /** Objects and items that each bucket and table began with. */
  filled: Record<string, number>
  /** Lets somebody be told of paths at the PoPs whose object was written. */
  onCreated(listener: (path: string) => void): void
  close(isHard?: boolean): Promise<void>
}

const region = 'us-east-1'

/** Starts all of them. Throws UserError; then nothing is left open. */
export async function startBackends(options: BackendsOptions): Promise<LiveBackends> {
  const { backends, host, port } = options
  const closers: (() => Promise<unknown>)[] = []
  const state: OriginState = { isStopped: false, slowFactor: 1, requests: 0 }
  let tellCreated: (path: string) => void = () => undefined
  let endpointUrl = ''
  try {
    const functions = createFunctions({
      plans: backends.functions,
      fileOf: ({ file }) => options.pathOf(file),
      endpoint: () => endpointUrl,
      region,
      ...(options.steady ? { now: options.steady } : {}),
    })
    closers.push(() => functions.close())
    const services = await openServices(options, functions, closers, path => tellCreated(path))
    const endpoint = await listen(createTracedEndpoint(createEndpointHandler(services.handlers)), { host, port })
    closers.push(() => endpoint.close(true))
    endpointUrl = endpoint.url
    const gateways = await openGateways(options, functions, services.identities)
    const origins: URL[] = []
    for (const origin of backends.origins) {
      const gateway = origin.kind === 'api' ? gateways[origin.target]! : undefined
      const handler = gateway ? guarded(gateway.handle, state, false) : originHandler(origin, options, state, services)
      const server = await listen(handler, { host: '127.0.0.1', port: 0 })
      if (gateway) server.server.on('upgrade', gateway.upgrade)
      closers.push(() => server.close(true))
      if (gateway) closers.push(() => gateway.close())
      origins.push(new URL(server.url))
    }
    functions.startSchedules()
    return {
      ...{ endpoint, origins, state, functions, gateways },
      store: services.store,
      filled: services.filled,
      onCreated(listener) {
        tellCreated = listener
      },
      close: () => closeAll(closers),
    }
  } catch (error) {
    await closeAll(closers)
    throw error
  }
}

/** The services of the endpoint, and who may use them. */
interface Services {
  handlers: { s3: EndpointHandler; lambda: EndpointHandler; dynamodb: EndpointHandler }
  identities: Identities
  /** Who the PoPs are to the buckets. */
  reader: Identity
  store: BucketStore
  filled: Record<string, number>
}

async function openServices(
  options: BackendsOptions,
  functions: Functions,
  closers: (() => Promise<unknown>)[],
  tellCreated: (path: string) => void,
): Promise<Services> {
  const { plan, backends, credentials, now, onFault, timeScale } = options
  const { tables } = backends
  const onEvent = (event: BucketEvent): void => befall(event, backends, functions, tellCreated)
  const { store, filled } = await openPlannedBuckets({ ...options, region, onEvent })
  const reader = readerOf(backends)
  const root = createRoot(credentials.accessKeyId, credentials.secretAccessKey)
  const identities = createIdentities([root, reader, ...functions.identities])
  const [rate, firstByteMs] = [ratesOf(backends), firstBytesOf(options)]
  const opened = await openPlannedTables(tables, options)
  closers.push(() => opened.tables.close())
  const handle = createTableService({
    tables: opened.tables,
    identities,
    now,
    isThrottled: table => tables.some(({ name }) => name === table),
    answerMs: answerTimes(tables, plan.seed, timeScale),
    onFault,
  })
  return {
    handlers: {
      s3: createBucketService({ store, identities, now, rate, firstByteMs, onFault }),
      lambda: createLambdaApi({ functions, identities, now }),
      dynamodb: createTablesElsewhere({ tables, identities, now, handle }),
    },
    identities,
    reader,
    store,
    filled: { ...filled, ...opened.filled },
  }
}

function openGateways(
  { backends, pathOf, now, steady, log, logFormat = 'json' }: BackendsOptions,
  functions: Functions,
  identities: Identities,
): Promise<Gateway[]> {
  const read = (path: string): Promise<string> => readFile(pathOf(path), 'utf8')
  const own = { timeOfDay: now, logFormat, ...(steady ? { now: steady } : {}), ...(log ? { log } : {}) }
  return Promise.all(backends.apis.map(plan => createGateway({ plan, functions, identities, readFile: read, ...own })))
}

async function closeAll(closers: (() => Promise<unknown>)[]): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close()
}

/** Who the PoPs are to the buckets behind them. */
function readerOf({ buckets }: BackendsPlan): Identity {
  const names = new Set(buckets.map(({ name }) => name))
  return {
    ...createRoot('CDNLABPOPS', crypto.randomUUID()),
    name: 'pops',
    may: (service, resource, access) => service === 's3' && access === 'read' && names.has(resource),
  }
}

/** Each bucket has limits of its own; what is metered begins with its name. */
function ratesOf({ buckets }: BackendsPlan): PrefixRate {
  const rates = new Map(buckets.map(bucket => [bucket.name, createPrefixRate(bucket)]))
  return {
    take: (now, prefix, kind) => rates.get(prefix.slice(0, prefix.indexOf('/')))?.take(now, prefix, kind) ?? true,
    get prefixes() {
      return [...rates.values()].reduce((sum, { prefixes }) => sum + prefixes, 0)
    },
  }
}

/** The time that a real store would need for its first byte; buckets of one scenario are taken as alike. */
function firstBytesOf({ backends, plan, timeScale }: BackendsOptions): () => Ms {
  const [bucket] = backends.buckets
  if (bucket === undefined || timeScale === 0) return () => 0
  const firstByteMs = createQuantileFunction(bucket.firstByteMs)
  const random = createRandom(plan.seed, 'first bytes')
  return () => timeScale * firstByteMs(random.unit())
}

/** What an event of a bucket leads to: copies at the PoPs go, a function is called. */
function befall(event: BucketEvent, backends: BackendsPlan, functions: Functions, tell: (path: string) => void): void {
  const index = backends.buckets.findIndex(({ name }) => name === event.bucket)
  const created = backends.buckets[index]?.created
  if (created === undefined || !event.name.startsWith('ObjectCreated:')) return
  const { bucket, key, bytes: sizeBytes, etag, versionId, timeMs } = event
  if (created.purge) {
    const path = `/${key.split('/').map(encodeURIComponent).join('/')}`
    tell(path)
    if (/(?:^|\/)index\.html$/.test(path)) tell(path.slice(0, -'index.html'.length))
  }
  if (created.function === '') return
  const how = event.name.slice('ObjectCreated:'.length)
  const object = { bucket, key, sizeBytes, etag, how, versionId }
  functions.queueOf(created.function)?.add(JSON.stringify(objectCreatedEvent(object, timeMs, region)))
}

function originHandler(
  origin: NamedOriginPlan,
  { plan, backends, timeScale, now }: BackendsOptions,
  state: OriginState,
  { handlers, reader }: Services,
): EndpointHandler {
  if (origin.kind === 'bucket') {
    const { name } = backends.buckets[origin.target]!
    return guarded(
      createBucketOrigin({
        bucket: name,
        region,
        maxAgeMs: origin.maxAgeMs,
        identity: reader,
        handle: handlers.s3,
        now,
      }),
      state,
    )
  }
  const { behaviors } = plan
  return createOriginHandler({ behaviors, thinkMs: origin.thinkMs * timeScale, now }, state)
}

/** Counts asks and breaks them off while the origins are stopped. A gateway has a span of its own. */
function guarded(handle: EndpointHandler, state: OriginState, isSpanned = true): EndpointHandler {
  return (request, response) => {
    state.requests++
    if (isSpanned) spanUntilClose('origin', request, response)
    // The PoPs date what they get by the one clock that all of them have.
    response.sendDate = false
    if (state.isStopped) request.socket.destroy()
    else handle(request, response)
  }
}

import { setTimeout as pause } from 'node:timers/promises'
import type { Queue, Worker, WorkerOptions } from 'bullmq'
import type { Redis } from 'ioredis'
import { UserError } from '../lib/user-error.ts'
import type { FleetCell, Recipe } from './fleet-cell.ts'
import type { QueueAddress } from './queue-address.ts'

type Processor = NonNullable<ConstructorParameters<typeof Worker<FleetCell, string>>[1]>

/** The queue of a fleet: cells that are to run, and the recipes that they refer to, which nobody runs. */
export interface FleetQueue {
  cells: Queue<FleetCell, string>
  recipes: Queue<Recipe>
  /** Takes cells out of the queue and runs them. */
  createWorker(processor: Processor, options: Omit<WorkerOptions, 'connection' | 'prefix'>): Worker<FleetCell, string>
  /** Lets go of the server at once. What this process still wanted of it is not done. */
  close(): Promise<void>
}

export interface QueueNews {
  /** The server does not answer; told once until it is back. */
  onAway: (why: string) => void
  onBack: () => void
}

const connectMs = 5000
const patienceMs = 5000
const knockMs = 200
const longestWaitMs = 2000

/**
 * Opens a queue that BullMQ keeps, in Redis (or what speaks its protocol) or in PostgreSQL. Once it has been there, it is waited
 * for when it goes away. Throws UserError when it is not there at the beginning.
 */
export async function openQueue(address: QueueAddress, news: QueueNews): Promise<FleetQueue> {
  return address.kind === 'redis' ? await openRedis(address, news) : await openPostgres(address, news)
}

async function openRedis(address: QueueAddress, { onAway, onBack }: QueueNews): Promise<FleetQueue> {
  const { Queue, Worker } = await import('bullmq')
  const { Redis } = await import('ioredis')
  const { url, prefix } = address
  await knock(
    address,
    () => new Redis(url, { lazyConnect: true, connectTimeout: connectMs, retryStrategy: () => null }),
  )
  let isAway = false
  let why = ''
  const connection = new Redis(url, {
    maxRetriesPerRequest: null,
    connectTimeout: connectMs,
    retryStrategy: attempt => Math.min(longestWaitMs, 100 * attempt),
  })
  connection.on('error', (error: Error) => {
    why = reasonOf(error)
  })
  connection.on('close', () => {
    if (!isAway) onAway(why || 'the connection is closed')
    isAway = true
  })
  connection.on('ready', () => {
    if (isAway) onBack()
    isAway = false
  })
  const cells = new Queue<FleetCell, string>('cells', { connection, prefix })
  const recipes = new Queue<Recipe>('recipes', { connection, prefix })
  for (const queue of [cells, recipes]) queue.on('error', () => undefined)
  return {
    cells: cells as unknown as FleetQueue['cells'],
    recipes: recipes as unknown as FleetQueue['recipes'],
    createWorker: (processor, options) =>
      new Worker<FleetCell, string>('cells', processor, { ...options, connection, prefix }),
    async close() {
      connection.removeAllListeners('close')
      connection.disconnect()
    },
  }
}

/** Asks whether anybody is there, again for a while: a server may be starting beside us. Throws UserError. */
async function knock({ shown }: QueueAddress, createClient: () => Redis): Promise<void> {
  const startMs = performance.now()
  for (;;) {
    let why = ''
    const client = createClient()
    client.on('error', (error: Error) => {
      why = reasonOf(error)
    })
    try {
      await client.connect()
      await client.ping()
      return
    } catch (error) {
      why ||= reasonOf(error)
      const mayStart = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|LOADING/.test(why)
      if (!mayStart || performance.now() - startMs > patienceMs) throw unreachable(shown, why)
    } finally {
      client.disconnect()
    }
    await pause(knockMs)
  }
}

async function openPostgres({ url, prefix, shown }: QueueAddress, { onAway }: QueueNews): Promise<FleetQueue> {
  const { createPostgresBackend, Queue, Worker } = await import('bullmq')
  const connection = { connectionString: url, schema: prefix, migrate: true }
  // The classes are typed for Redis; what makes them another is a factory that comes last.
  const NamedQueue = Queue as unknown as new (name: string, options: unknown, backend: unknown) => Queue
  const CellWorker = Worker as unknown as new (...parts: unknown[]) => Worker<FleetCell, string>
  let told = ''
  const open = (name: string): Queue => {
    const queue = new NamedQueue(name, { connection }, createPostgresBackend)
    queue.on('error', error => {
      const why = reasonOf(error)
      if (why !== told) onAway(why)
      told = why
    })
    return queue
  }
  try {
    const cells = open('cells')
    await cells.waitUntilReady()
    const recipes = open('recipes')
    return {
      cells,
      recipes,
      createWorker: (processor, options) =>
        new CellWorker('cells', processor, { ...options, connection }, createPostgresBackend),
      async close() {
        await Promise.allSettled([cells.close(), recipes.close()])
      },
    }
  } catch (error) {
    if (/optional 'pg' package/.test((error as Error).message))
      throw new UserError({
        message: `--queue ${shown}: the driver of PostgreSQL is not installed`,
        hint: 'npm install pg, beside cdnlab',
      })
    throw unreachable(shown, reasonOf(error))
  }
}

/** Does what needs the queue. Throws UserError where its server refuses: it is full, or read-only, or lost its rights. */
export async function withQueue<Result>({ shown }: QueueAddress, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof UserError || !isRefusal(error)) throw error
    throw new UserError({ message: `the queue ${shown} refuses: ${reasonOf(error)}` }, 1)
  }
}

/** Redis answers with a ReplyError; PostgreSQL's errors have a five-letter SQLSTATE. */
function isRefusal(error: unknown): boolean {
  const { name, code, message } = error as { name?: unknown; code?: unknown; message?: unknown }
  return name === 'ReplyError' || /^[0-9A-Z]{5}$/.test(String(code)) || /^[A-Z]+ /.test(String(message))
}

function unreachable(shown: string, why: string): UserError {
  return new UserError({ message: `the queue ${shown} cannot be reached: ${why}`, hint: 'is its server running?' }, 1)
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return String(message || code || error)
}

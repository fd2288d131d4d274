import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { crc32 } from 'node:zlib'
import { createTableCapacity, type TableCapacity } from '../../backend/table-capacity.ts'
import type { Ms } from '../../lib/clock.ts'
import { type Access, arnOf, type Identities, type Identity } from '../identities.ts'
import { checkSignature } from '../signature.ts'
import type { Refusal } from '../signature-claim.ts'
import { TableFailure } from './failure.ts'
import { runOperation } from './operations.ts'
import { arnOfTable, type TableFacts } from './table-schema.ts'
import type { Tables } from './tables.ts'
import { removeExpired } from './time-to-live.ts'
import { createRequestTokens } from './transact-operations.ts'

export interface TableServiceOptions {
  tables: Tables
  identities: Identities
  now(): Ms
  /** Tables whose capacity is kept, which throttles requests beyond it; all others are metered only. Nothing is kept when it is left out. */
  isThrottled?(table: string): boolean
  /** How long an answer is held back: the service time of a real table. */
  answerMs?(operation: string): Ms
  onFault?(error: unknown): void
}

/** How long an item may be there after its time has come; nobody sees it when nobody asks, so a request does the sweeping. */
const sweepEveryMs = 10_000

/** The greatest request. Source: Amazon DynamoDB Developer Guide, "Quotas: request size" (16 MB for a batch). */
const greatestBodyBytes = 16 * 1024 * 1024

/**
 * The table service over HTTP: what Amazon DynamoDB's low-level API says, for clients that were written for it. A request is answered when
 * what it did is durable. Nothing that a client sends ends the process.
 */
export function createTableService(
  options: TableServiceOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { tables, now, onFault = () => undefined } = options
  const tokens = createRequestTokens()
  let sweptMs = now()
  const meter = createMeter(options)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    const operation = operationOf(request)
    const identity = authenticate(options, request, body)
    const input = parseBody(body)
    if (now() - sweptMs >= sweepEveryMs) {
      sweptMs = now()
      removeExpired(tables, sweptMs)
    }
    const allow = (table: string, access: Access): void => requirePermission(identity, operation, table, access)
    const result = runOperation(operation, input, { tables, now: now(), allow, meter }, tokens)
    await tables.flushed()
    const waitMs = options.answerMs?.(operation) ?? 0
    if (waitMs > 0) await new Promise(done => setTimeout(done, waitMs))
    send(response, 200, result)
  }

  return (request, response) => {
    answer(request, response).catch(error => {
      const failure =
        error instanceof TableFailure
          ? error
          : new TableFailure('InternalServerError', 'The request processing has failed because of an unknown error.')
      if (failure !== error && !response.destroyed) onFault(error)
      if (!request.complete) response.setHeader('Connection', 'close')
      const message =
        failure.code === 'SerializationException' || failure.type.includes('coral.service') ? 'Message' : 'message'
      send(response, failure.status, { __type: failure.type, [message]: failure.message, ...failure.details })
    })
  }
}

function send(response: ServerResponse, status: number, content: object): void {
  if (response.destroyed || response.headersSent) return
  const body = Buffer.from(JSON.stringify(content))
  response.writeHead(status, {
    'Content-Type': 'application/x-amz-json-1.0',
    'Content-Length': body.length,
    'x-amzn-RequestId': randomUUID(),
    'x-amz-crc32': crc32(body),
    Server: 'cdnlab',
  })
  response.end(body)
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > greatestBodyBytes) throw new TableFailure('SerializationException', 'Request body is larger than 16 MB')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function operationOf(request: IncomingMessage): string {
  const [, version, operation] =
    /^(DynamoDB_20120810)\.([A-Za-z]+)$/.exec(String(request.headers['x-amz-target'] ?? '')) ?? []
  if (request.method !== 'POST' || version === undefined) throw new TableFailure('UnknownOperationException', '')
  return operation!
}

function parseBody(body: Buffer): unknown {
  let input: unknown
  try {
    input = JSON.parse(body.toString('utf8'))
  } catch {
    throw new TableFailure('SerializationException', 'The request body is not well-formed JSON')
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new TableFailure('SerializationException', 'The request body is no JSON object')
  return input
}

function authenticate({ identities, now }: TableServiceOptions, request: IncomingMessage, body: Buffer): Identity {
  const signable = { method: request.method!, target: request.url ?? '/', rawHeaders: request.rawHeaders }
  const bodyHash = createHash('sha256').update(body).digest('hex')
  const verdict = checkSignature(signable, { identities, now: now(), service: 'dynamodb', bodyHash })
  if (verdict.kind === 'anonymous')
    throw new TableFailure('MissingAuthenticationTokenException', 'Request is missing Authentication Token')
  if (verdict.kind === 'refused') throw refusalOf(verdict)
  return verdict.identity
}

/** Source: Amazon DynamoDB API Reference, "Common errors". */
function refusalOf({ reason, message }: Refusal): TableFailure {
  if (reason === 'unknown-key' || reason === 'wrong-token')
    return new TableFailure('UnrecognizedClientException', 'The security token included in the request is invalid.')
  if (reason === 'skewed' || reason === 'expired')
    return new TableFailure(
      'InvalidSignatureException',
      `Signature expired: ${message || 'the time of the request is too far from the time of the server'}`,
    )
  if (reason === 'wrong-signature')
    return new TableFailure(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    )
  return new TableFailure('IncompleteSignatureException', message)
}

function requirePermission(identity: Identity, operation: string, table: string, access: Access): void {
  if (identity.may('dynamodb', table, access)) return
  throw new TableFailure(
    'AccessDeniedException',
    `User: ${arnOf(identity)} is not authorized to perform: dynamodb:${operation} on resource: ${arnOfTable(table)} because no identity-based policy allows the dynamodb:${operation} action`,
  )
}

/** One meter a table; a new capacity plan starts a new one. */
function createMeter({
  now,
  isThrottled = () => false,
}: TableServiceOptions): (table: TableFacts, kind: Access, units: number) => void {
  const meters = new Map<string, { plan: string; capacity: TableCapacity }>()
  return (facts, kind, units) => {
    if (!isThrottled(facts.name)) return
    const { ReadCapacityUnits, WriteCapacityUnits } = facts.throughput
    const plan = `${facts.id} ${facts.billing} ${ReadCapacityUnits} ${WriteCapacityUnits}`
    let meter = meters.get(facts.name)
    if (meter?.plan !== plan) {
      const capacity = createTableCapacity(
        facts.billing === 'PROVISIONED'
          ? { mode: 'provisioned', readUnitsPerSecond: ReadCapacityUnits, writeUnitsPerSecond: WriteCapacityUnits }
          : { mode: 'on-demand' },
      )
      meter = { plan, capacity }
      meters.set(facts.name, meter)
    }
    if (meter.capacity.take(now(), kind, units)) return
    if (facts.billing === 'PROVISIONED')
      throw new TableFailure(
        'ProvisionedThroughputExceededException',
        'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
      )
    throw new TableFailure(
      'ThrottlingException',
      'Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so please try again shortly.',
    )
  }
}

import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { request as ask } from 'undici'
import type { TablePlan } from '../backend/plans.ts'
import type { Ms } from '../lib/clock.ts'
import type { EndpointHandler } from '../services/endpoint.ts'
import type { Identities } from '../services/identities.ts'
import { readBody } from '../services/read-body.ts'
import { checkSignature } from '../services/signature.ts'

export interface ElsewhereOptions {
  tables: readonly TablePlan[]
  identities: Identities
  now(): Ms
  /** The built-in service, for all other tables. */
  handle: EndpointHandler
}

const greatestBodyBytes = 16 * 1024 * 1024
const readOperations = /^DynamoDB_20120810\.(?:Get|BatchGet|Query|Scan|TransactGet|Describe|List)/

/**
 * Sends operations on tables that somebody else keeps to where they are, signatures and permissions checked here as everywhere; the
 * other service gets whatever signature came. An operation on several tables goes where the first of them is.
 */
export function createTablesElsewhere({ tables, identities, now, handle }: ElsewhereOptions): EndpointHandler {
  const endpoints = new Map(tables.filter(({ endpoint }) => endpoint !== '').map(each => [each.name, each.endpoint]))
  if (endpoints.size === 0) return handle

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, greatestBodyBytes)
    if (typeof body === 'string')
      return refuse(response, 400, 'SerializationException', `the request's body is ${body}`)
    const table = tableOf(body.toString('utf8'))
    const endpoint = endpoints.get(table)
    if (endpoint === undefined) return handle(again(request, body), response)
    const bodyHash = createHash('sha256').update(body).digest('hex')
    const { rawHeaders, url = '/' } = request
    const verdict = checkSignature(
      { method: 'POST', target: url, rawHeaders },
      { identities, now: now(), service: 'dynamodb', bodyHash },
    )
    if (verdict.kind !== 'proven')
      return refuse(
        response,
        400,
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      )
    const access = readOperations.test(String(request.headers['x-amz-target'])) ? 'read' : 'write'
    if (!verdict.identity.may('dynamodb', table, access))
      return refuse(
        response,
        400,
        'AccessDeniedException',
        `${verdict.identity.name} may not ${access} the table ${table}`,
      )
    const { host: _, connection: _connection, ...headers } = request.headers
    const got = await ask(endpoint, { method: 'POST', headers, body })
    response.writeHead(got.statusCode, { 'content-type': 'application/x-amz-json-1.0' })
    response.end(Buffer.from(await got.body.arrayBuffer()))
  }
  return (request, response) => {
    answer(request, response).catch(() =>
      refuse(response, 500, 'InternalServerError', 'the service of the table can not be reached'),
    )
  }
}

/** The name of the first table that a request is about. */
function tableOf(body: string): string {
  const [, name = ''] = /"(?:TableName|RequestItems)"\s*:\s*(?:\{\s*)?"([^"]*)"/.exec(body) ?? []
  return name
}

/** The request as it was before its body was read. */
function again(request: IncomingMessage, body: Buffer): IncomingMessage {
  const { method, url, headers, rawHeaders, socket } = request
  return Object.assign(Readable.from([body]), {
    method,
    url,
    headers,
    rawHeaders,
    socket,
    complete: true,
  }) as IncomingMessage
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  if (response.destroyed || response.headersSent) return
  const body = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message })
  response.writeHead(status, {
    'Content-Type': 'application/x-amz-json-1.0',
    'Content-Length': Buffer.byteLength(body),
  })
  response.end(body)
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { askForBody, noteWaiting } from './expected-body.ts'
import type { ServiceName } from './identities.ts'

export type EndpointHandler = (request: IncomingMessage, response: ServerResponse) => void

/** The services behind an endpoint; one that is left out answers 501. */
export type EndpointServices = Partial<Record<ServiceName, EndpointHandler>>

/**
 * One address for all AWS-style services, as `AWS_ENDPOINT_URL` names it: a request goes to the service that its X-Amz-Target, the scope of
 * its signature or its path names, and to the bucket when nothing does.
 */
export function createEndpointHandler(services: EndpointServices): EndpointHandler {
  return (request, response) => {
    const handler = services[serviceOf(request)]
    if (handler !== undefined) {
      handler(request, response)
      return
    }
    request.resume()
    response.writeHead(501, { 'Content-Type': 'application/json' })
    response.end(
      JSON.stringify({ __type: 'NotImplemented', message: `there is no ${serviceOf(request)} service here` }),
    )
  }
}

/** A server for the endpoint, not listening yet. Fields larger than 16 KB together are answered with 431 by Node.js, malformed requests with 400. */
export function createEndpoint(services: EndpointServices): Server {
  const handler = createEndpointHandler(services)
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 30_000 }, handler)
  // The bucket says itself when it wants a body that may be long; the others always do.
  server.on('checkContinue', (request, response) => {
    noteWaiting(request)
    if (serviceOf(request) !== 's3') askForBody(request, response)
    handler(request, response)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  })
  return server
}

/** Paths of the Lambda API begin with the date of one of its versions. */
const lambdaPath =
  /^\/20\d\d-\d\d-\d\d\/(?:functions|event-source-mappings|layers|tags|account-settings|code-signing-configs)\b/

/** Which service a request is for. */
export function serviceOf(request: Pick<IncomingMessage, 'headers' | 'url' | 'method'>): ServiceName {
  const target = request.headers['x-amz-target']
  if (typeof target === 'string' && target.startsWith('DynamoDB')) return 'dynamodb'
  const url = request.url ?? '/'
  const [, scoped] =
    /Credential=[^,\s]*\/\d{8}\/[^/,]+\/([a-z0-9-]+)\/aws4_request/.exec(request.headers.authorization ?? '') ??
    /[?&]X-Amz-Credential=[^&]*(?:%2F|\/)\d{8}(?:%2F|\/)[^&/%]+(?:%2F|\/)([a-z0-9-]+)(?:%2F|\/)aws4_request/i.exec(
      url,
    ) ??
    []
  if (scoped === 's3' || scoped === 'dynamodb' || scoped === 'lambda') return scoped
  if (lambdaPath.test(url)) return 'lambda'
  const isJson = /^application\/x-amz-json-1\.[01]/.test(request.headers['content-type'] ?? '')
  return isJson && request.method === 'POST' && (url === '/' || url.startsWith('/?')) ? 'dynamodb' : 's3'
}

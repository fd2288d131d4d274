import { type EndpointHandler, serviceOf } from '../services/endpoint.ts'
import { beginTrace } from '../services/trace.ts'

const xray = /Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:.*Parent=([0-9a-f]{16}))?/

/**
 * An endpoint whose requests are spans of the traces that they name. The AWS SDKs of functions name theirs by X-Amzn-Trace-Id, as the
 * gateway gave it to the function; it is read here as what W3C Trace Context says.
 */
export function createTracedEndpoint(handle: EndpointHandler): EndpointHandler {
  return (request, response) => {
    const { headers } = request
    const [, begin, rest, parent] = xray.exec(String(headers['x-amzn-trace-id'] ?? '')) ?? []
    if (headers.traceparent === undefined && parent !== undefined)
      headers.traceparent = `00-${begin}${rest}-${parent}-01`
    beginTrace(`aws ${serviceOf(request)}`, request, response)
    handle(request, response)
  }
}

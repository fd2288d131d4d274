import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import type { Span } from '@opentelemetry/api'
import { endToEndFields } from '../cache/http/hop-by-hop.ts'
import { readTarget } from '../cache/http/target.ts'
import type { Ms } from '../lib/clock.ts'
import { UserError } from '../lib/user-error.ts'
import { passInterim } from './interim.ts'
import type { Located } from './locate.ts'
import { refuse } from './refuse.ts'
import { isRefusal, readRequestHead } from './request-head.ts'
import { fieldsUnder, spanUntilClose } from './spans.ts'

export interface FrontDoorOptions {
  locate(request: IncomingMessage, from: string | undefined, now: Ms): Located
  /** Where each edge listens, and what it is called. */
  edges: readonly { id: string; host: string; port: number; url: string }[]
  /** `redirect`: 307 to the PoP; `proxy`: the door asks the PoP itself. */
  manner: 'redirect' | 'proxy'
  /** Real milliseconds for one of the model; 0: distance costs nothing. */
  timeScale: number
  now(): Ms
}

/** Sends visitors to their PoP, by where they say they are. */
export function createFrontDoor(
  options: FrontDoorOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const agent = new Agent({ keepAlive: true, timeout: 60_000 })
  return (request, response) => {
    const span = spanUntilClose('front door', request, response)
    const head = readRequestHead(request, 'conformant')
    if (isRefusal(head)) {
      refuse(response, head.status, head.reason, { closes: head.isFramingSuspect })
      return
    }
    try {
      const { path, from } = withoutFrom(head.path)
      const located = options.locate(request, from, options.now())
      const edge = options.edges[located.pop]
      if (edge === undefined) refuse(response, 503, 'no PoP is alive')
      else if (options.manner === 'redirect') redirect(response, edge, path, located)
      else {
        const waitMs = located.rttMs * options.timeScale
        const send = (): void => proxy(request, response, edge, path, located, agent, span)
        if (waitMs > 0) setTimeout(send, waitMs)
        else send()
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      refuse(response, 400, error.message.replace(/[^\x20-\x7e]/g, '?'))
    }
  }
}

type Edge = FrontDoorOptions['edges'][number]

/** A path without its parameter `from`, and what that said. */
function withoutFrom(path: string): { path: string; from: string | undefined } {
  const cut = path.indexOf('?')
  if (cut < 0) return { path, from: undefined }
  const parameters = path.slice(cut + 1).split('&')
  const said = parameters.find(parameter => parameter.startsWith('from='))
  if (said === undefined) return { path, from: undefined }
  const rest = parameters.filter(parameter => parameter !== said).join('&')
  return { path: path.slice(0, cut) + (rest === '' ? '' : `?${rest}`), from: decoded(said.slice(5)) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new UserError('from= is malformed')
  }
}

function describe({ place, rttMs }: Located, { id }: Edge): string[] {
  const name = (place.name ?? `${place.lat},${place.lon}`).normalize('NFD').replace(/[^\x20-\x7e]/g, '')
  return ['X-Sim-Pop', id, 'X-Sim-Place', name, 'X-Sim-Rtt', `${rttMs.toFixed(1)} ms`]
}

function redirect(response: ServerResponse, edge: Edge, path: string, located: Located): void {
  // A path of two slashes would name a host; the address before it keeps it a path.
  const target = readTarget(path)!.path
  const location = `${edge.url}${target}`
  response.writeHead(307, [
    'Location',
    location,
    'Content-Length',
    '0',
    'Cache-Control',
    'no-store',
    ...describe(located, edge),
  ])
  response.end()
}

function proxy(
  request: IncomingMessage,
  response: ServerResponse,
  edge: Edge,
  path: string,
  located: Located,
  agent: Agent,
  span: Span,
): void {
  const fields = endToEndFields(request.rawHeaders, name => name === 'x-sim-location' || name === 'expect')
  // The PoP learns where its visitor is, as it does from visitors who come by themselves.
  const { lat, lon } = located.place
  const headers = [...fieldsUnder(span, fields), 'X-Sim-Location', `${lat},${lon}`]
  const asked = httpRequest({ host: edge.host, port: edge.port, method: request.method!, path, headers, agent })
  asked.on('information', ({ statusCode, rawHeaders }) => {
    if (statusCode !== 102 && statusCode !== 103) return
    passInterim({ request, response }, statusCode, rawHeaders)
  })
  asked.on('response', answer => {
    const fields = [...endToEndFields(answer.rawHeaders), ...describe(located, edge)]
    response.writeHead(answer.statusCode!, answer.statusMessage!, fields)
    pipeline(answer, response, () => undefined)
  })
  asked.on('error', () => refuse(response, 502, `the PoP ${edge.id} can not be reached`))
  response.on('close', () => asked.destroy())
  pipeline(request, asked, () => undefined)
}

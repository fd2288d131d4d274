import type { Ms } from '../lib/clock.ts'

/** The four moments at which code may look at a request or a response, in the order in which one request meets them. */
export const hooks = ['viewer-request', 'origin-request', 'origin-response', 'viewer-response'] as const
export type Hook = (typeof hooks)[number]

/** A value, and all of them when a name is there more than once. */
export interface Named {
  value: string
  multiValue?: { value: string }[]
}

/** A cookie that a response sets, with its attributes as one text such as `Path=/; Secure`. */
export interface SetCookie extends Named {
  attributes?: string
  multiValue?: { value: string; attributes?: string }[]
}

/** A request as edge code sees it. Names of fields are in lower case; the query is not part of the URI. */
export interface HookRequest {
  method: string
  uri: string
  querystring: Record<string, Named>
  headers: Record<string, Named>
  cookies: Record<string, Named>
}

export interface HookResponse {
  statusCode: number
  statusDescription?: string
  headers: Record<string, Named>
  cookies: Record<string, SetCookie>
  /** Only of responses that edge code makes: it never sees a body. */
  body?: string | { encoding: 'text' | 'base64'; data: string }
}

/** What edge code is called with. Source: Amazon CloudFront Developer Guide, "CloudFront Functions event structure". */
export interface HookEvent {
  version: '1.0'
  context: { distributionDomainName: string; distributionId: string; eventType: Hook; requestId: string }
  viewer: { ip: string }
  request: HookRequest
  response?: HookResponse
}

/**
 * What came of a hook: the request goes on, a response goes back, or the code failed, which fails this one request with 502 (what
 * it gave back is not allowed) or 503 (it threw, or broke a limit).
 */
export type HookOutcome =
  | { kind: 'request'; request: HookRequest }
  | { kind: 'response'; response: HookResponse }
  | { kind: 'failed'; status: 502 | 503; message: string }

/**
 * Runs the code of one name on an event, at once and always with the same outcome for the same event and time. A PoP of the
 * simulation and one that serves HTTP are given the same one.
 */
export interface EdgeEngine {
  run(name: string, event: HookEvent, now: Ms): HookOutcome
  /** Lines that the code has written, the last ones. */
  linesOf(name: string): readonly string[]
  dispose(): void
}

/** What has become of a request when a hook would be next. */
export interface Progress {
  /** The status of the answer that is there; 0: none yet. */
  status: number
  /** The answer was found at the PoP. */
  isHit: boolean
  /** The answer was made by the viewer-request hook. */
  isMade: boolean
}

/**
 * Whether a hook runs. Viewer hooks run for hits and misses alike, but the response one for no status from 400 up, nor for what the
 * request one has made itself. Origin hooks run for misses only; what they leave is what the PoP stores.
 * Source: Amazon CloudFront Developer Guide, "Restrictions on all edge functions", HTTP status codes.
 */
export function hookRuns(hook: Hook, { status, isHit, isMade }: Progress): boolean {
  switch (hook) {
    case 'viewer-request':
      return true
    case 'origin-request':
      return !isHit && !isMade
    case 'origin-response':
      return !isHit && !isMade && status > 0
    case 'viewer-response':
      return !isMade && status > 0 && status < 400
  }
}

/** Limits of edge code, as CloudFront Functions has them; `steps` stands in for its share of a millisecond. */
export interface EdgeLimits {
  codeBytes: number
  memoryBytes: number
  /** Calls and turns of loops of one run. */
  steps: number
  /** A body that the code makes. */
  bodyBytes: number
}

/** Source: Amazon CloudFront Developer Guide, "Quotas on CloudFront Functions". */
export const edgeLimits: EdgeLimits = {
  codeBytes: 10 * 1024,
  memoryBytes: 2 * 1024 * 1024,
  steps: 20_000,
  bodyBytes: 40 * 1024,
}

import type { Readable } from 'node:stream'
import { type Dispatcher, Pool } from 'undici'
import type { Fields } from '../cache/http/fields.ts'
import type { Ms } from '../lib/clock.ts'
import { noteShortage } from './shortage.ts'

export interface UpstreamOptions {
  origin: URL
  /** Time to open a connection. */
  connectTimeoutMs: Ms
  /** Time to the head of an answer. */
  headTimeoutMs: Ms
  /** Time between two pieces of a body. */
  bodyTimeoutMs: Ms
  /** Way there and back, emulated; half of it each way. */
  roundTripMs: Ms
  connections: number
}

export interface UpstreamRequest {
  method: string
  path: string
  fields: Fields
  body: Readable | null
  /** True when the connection must not be used again: a body that the origin may not read could be taken for a request. */
  isLast: boolean
}

/** Why no answer was had: 502 for what can't be reached or understood, 504 for what is too late. */
export interface UpstreamFailure {
  status: 502 | 504
  detail: string
}

/** Takes an answer as it comes. After `onFailure` or `onEnd` nothing more is called. */
export interface UpstreamHandler {
  onInterim(status: number, fields: Fields): void
  /** The head; `control` pauses, resumes and aborts the rest. */
  onHead(status: number, reason: string, fields: Fields, control: UpstreamControl): void
  onData(chunk: Buffer): void
  onEnd(): void
  onFailure(failure: UpstreamFailure): void
}

export interface UpstreamControl {
  pause(): void
  resume(): void
  abort(): void
}

/** An origin or a PoP that can be asked over HTTP: one fixed address, whatever a request's target says. */
export interface Upstream {
  ask(request: UpstreamRequest, handler: UpstreamHandler): UpstreamControl
  close(): Promise<void>
}

export const defaultUpstreamOptions: Omit<UpstreamOptions, 'origin'> = {
  connectTimeoutMs: 5000,
  headTimeoutMs: 30_000,
  bodyTimeoutMs: 30_000,
  roundTripMs: 0,
  connections: 1024,
}

/** Idle connections are dropped sooner than common servers do (Node: 5 s), so that no request runs into a closing one. */
const idleConnectionMs = 3000
/** The longest head of an answer; a longer one is an unusable answer. */
const greatestHeadBytes = 64 * 1024
const lateErrors = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'])

/** Opens a pool of connections to an upstream. A request that was sent is never sent again. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const pool = new Pool(options.origin, {
    connections: options.connections,
    pipelining: 1,
    headersTimeout: options.headTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
    connect: { timeout: options.connectTimeoutMs },
    keepAliveTimeout: idleConnectionMs,
    keepAliveMaxTimeout: 60_000,
    maxHeaderSize: greatestHeadBytes,
  })
  const halfWayMs = options.roundTripMs / 2

  function ask(request: UpstreamRequest, handler: UpstreamHandler): UpstreamControl {
    const exchange = new UpstreamExchange(handler, halfWayMs)
    const send = (): void => {
      if (exchange.isAborted) return
      try {
        pool.dispatch(
          {
            method: request.method,
            path: request.path,
            headers: request.fields as string[],
            body: request.body,
            reset: request.isLast,
          },
          exchange,
        )
      } catch (error) {
        exchange.fail(error)
      }
    }
    if (halfWayMs > 0) setTimeout(send, halfWayMs)
    else send()
    return exchange
  }

  return { ask, close: () => pool.destroy() }
}

/** Asks the first upstream while it is alive, else the second. */
export function createSwitchedUpstream(first: Upstream, second: Upstream, isFirstAlive: () => boolean): Upstream {
  return {
    ask: (request, handler) => (isFirstAlive() ? first : second).ask(request, handler),
    close: async () => {
      await Promise.all([first.close(), second.close()])
    },
  }
}

/** One request and its answer: undici's handler on one side, ours on the other. */
class UpstreamExchange implements Dispatcher.DispatchHandler, UpstreamControl {
  readonly #handler: UpstreamHandler
  readonly #halfWayMs: Ms
  #controller: Dispatcher.DispatchController | undefined
  #isOver = false
  #pauses = 0
  isAborted = false

  constructor(handler: UpstreamHandler, halfWayMs: Ms) {
    this.#handler = handler
    this.#halfWayMs = halfWayMs
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.isAborted) controller.abort(new Error('no longer wanted'))
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _headers: unknown, reason = ''): void {
    const fields = textsOf(controller.rawHeaders)
    if (status < 200) {
      this.#handler.onInterim(status, fields)
      return
    }
    if (this.#halfWayMs > 0) {
      this.pause()
      setTimeout(() => {
        if (this.#isOver || this.isAborted) return
        this.#handler.onHead(status, reason, fields, this)
        this.resume()
      }, this.#halfWayMs)
    } else this.#handler.onHead(status, reason, fields, this)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#isOver) this.#handler.onData(chunk)
  }

  onResponseEnd(): void {
    if (this.#isOver) return
    if (this.#pauses > 0) {
      // The whole answer was here before its head was due: an empty body.
      setTimeout(() => this.onResponseEnd(), 1)
      return
    }
    this.#isOver = true
    this.#handler.onEnd()
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.fail(error)
  }

  fail(error: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    noteShortage(error)
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const detail = code
      .toLowerCase()
      .replace(/^und_err_/, '')
      .replace(/[^a-z0-9]+/g, '-')
    this.#handler.onFailure({ status: lateErrors.has(code) ? 504 : 502, detail })
  }

  pause(): void {
    if (this.#pauses++ === 0) this.#controller?.pause()
  }

  resume(): void {
    if (--this.#pauses === 0) this.#controller?.resume()
  }

  abort(): void {
    if (this.isAborted) return
    this.isAborted = true
    this.#isOver = true
    this.#controller?.abort(new Error('no longer wanted'))
  }
}

/** Raw fields as texts, byte for byte. */
function textsOf(raw: unknown): string[] {
  if (!Array.isArray(raw)) return []
  return raw.map((part: Buffer | string) => (typeof part === 'string' ? part : part.toString('latin1')))
}

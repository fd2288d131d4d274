import { type PlainRequest, requestAfter, responseAfter } from '../backend/edge-event.ts'
import type { HookOutcome } from '../backend/edge-hooks.ts'
import type { Fields } from '../cache/http/fields.ts'
import { type EdgeCode, whenKnown } from './edge-code.ts'
import type { Upstream, UpstreamControl, UpstreamHandler, UpstreamRequest } from './upstream.ts'

/** An upstream whose requests and answers pass the hooks of origins: what they leave is what the PoP sends on, and what it stores. */
export function createHookedUpstream(upstream: Upstream, code: EdgeCode): Upstream {
  return {
    ask(request, handler) {
      const asked = new HookedAsk(upstream, code, request, handler)
      asked.begin()
      return asked
    },
    close: () => upstream.close(),
  }
}

/** Hooks of origins see no visitor: the PoP asks. */
const ip = '127.0.0.1'

class HookedAsk implements UpstreamHandler, UpstreamControl {
  readonly #upstream: Upstream
  readonly #code: EdgeCode
  readonly #request: UpstreamRequest
  readonly #handler: UpstreamHandler
  #control: UpstreamControl | undefined
  #isAborted = false
  /** True once a hook has answered with a body of its own: what the upstream still sends is not for the PoP. */
  #isReplaced = false

  constructor(upstream: Upstream, code: EdgeCode, request: UpstreamRequest, handler: UpstreamHandler) {
    this.#upstream = upstream
    this.#code = code
    this.#request = request
    this.#handler = handler
  }

  begin(): void {
    const plain = this.#plain()
    const outcome = this.#code.run('origin-request', plain.target, { ip, request: plain })
    if (outcome === undefined) this.#send(this.#request)
    else whenKnown(outcome, known => this.#afterRequest(plain, known))
  }

  onInterim(status: number, fields: Fields): void {
    this.#handler.onInterim(status, fields)
  }

  onHead(status: number, reason: string, fields: Fields, control: UpstreamControl): void {
    const request = this.#plain()
    const outcome = this.#code.run('origin-response', request.target, { ip, request, response: { status, fields } })
    if (outcome === undefined) {
      this.#handler.onHead(status, reason, fields, this)
      return
    }
    const isLate = outcome instanceof Promise
    if (isLate) control.pause()
    whenKnown(outcome, known => {
      if (this.#isAborted) return
      this.#afterResponse(reason, fields, known)
      if (isLate) control.resume()
    })
  }

  onData(chunk: Buffer): void {
    if (!this.#isReplaced) this.#handler.onData(chunk)
  }

  onEnd(): void {
    if (!this.#isReplaced) this.#handler.onEnd()
  }

  onFailure(failure: Parameters<UpstreamHandler['onFailure']>[0]): void {
    if (!this.#isReplaced) this.#handler.onFailure(failure)
  }

  pause(): void {
    this.#control?.pause()
  }

  resume(): void {
    this.#control?.resume()
  }

  abort(): void {
    this.#isAborted = true
    this.#control?.abort()
  }

  #plain(): PlainRequest {
    const { method, path, fields } = this.#request
    return { method, target: path, fields }
  }

  #send(request: UpstreamRequest): void {
    if (!this.#isAborted) this.#control = this.#upstream.ask(request, this)
  }

  #afterRequest(plain: PlainRequest, outcome: HookOutcome): void {
    if (this.#isAborted) return
    if (outcome.kind === 'request') {
      const { target, fields } = requestAfter(plain, outcome.request)
      this.#send({ ...this.#request, path: target, fields })
    } else this.#answer(outcome, [])
  }

  #afterResponse(reason: string, before: Fields, outcome: HookOutcome): void {
    if (outcome.kind === 'response' && outcome.response.body === undefined) {
      const { status, fields } = responseAfter(before, outcome.response)
      this.#handler.onHead(status, reason, fields, this)
      return
    }
    this.#answer(outcome, before)
    this.#control?.abort()
  }

  /** An answer of the hook's own making. */
  #answer(outcome: HookOutcome, before: Fields): void {
    this.#isReplaced = true
    const made =
      outcome.kind === 'response'
        ? responseAfter(before, outcome.response)
        : {
            status: outcome.kind === 'failed' ? outcome.status : 502,
            fields: ['cache-control', 'no-store'],
            body: undefined,
          }
    const body =
      made.body === undefined
        ? Buffer.alloc(0)
        : Buffer.from(made.body.data, made.body.encoding === 'base64' ? 'base64' : 'utf8')
    const fields = withoutLength(made.fields)
    fields.push('content-length', String(body.length))
    this.#handler.onHead(made.status, '', fields, this)
    if (body.length > 0) this.#handler.onData(body)
    this.#handler.onEnd()
  }
}

function withoutLength(fields: Fields): string[] {
  const kept: string[] = []
  for (let at = 0; at < fields.length; at += 2)
    if (!/^(?:content-length|transfer-encoding)$/i.test(fields[at]!)) kept.push(fields[at]!, fields[at + 1]!)
  return kept
}

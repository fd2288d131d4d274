import { type PlainRequest, requestAfter, responseAfter } from '../backend/edge-event.ts'
import type { Mode } from '../cache/http/freshness.ts'
import type { Answers } from './answers.ts'
import { type EdgeCode, ipOf, whenKnown } from './edge-code.ts'
import type { Exchange } from './exchange.ts'
import { hookAnswer } from './hook-answer.ts'
import { isRefusal, type RequestHead, readRequestHead } from './request-head.ts'

/** Runs the hooks of a visitor's request, and puts that of the answer in its way. `go` continues with the head as the hook left it. */
export function runViewerHooks(
  code: EdgeCode,
  exchange: Exchange,
  answers: Answers,
  mode: Mode,
  go: (head: RequestHead) => void,
): void {
  const { request, response, head } = exchange
  const plain: PlainRequest = { method: head.method, target: head.path, fields: head.fields }
  const outcome = code.run('viewer-request', head.path, { ip: ipOf(request), request: plain })
  if (outcome === undefined) {
    hookAnswer(code, request, response, plain)
    go(head)
    return
  }
  whenKnown(outcome, known => {
    if (known.kind === 'failed') answers.fail(exchange, known.status, known.message.replace(/[^\x20-\x7e]/g, '?'))
    else if (known.kind === 'response') {
      const { status, fields, body } = responseAfter([], known.response)
      const bytes =
        body === undefined ? Buffer.alloc(0) : Buffer.from(body.data, body.encoding === 'base64' ? 'base64' : 'utf8')
      answers.made(exchange, status, fields, bytes)
    } else {
      const changed = requestAfter(plain, known.request)
      request.url = changed.target
      request.rawHeaders = [...changed.fields]
      const again = readRequestHead(request, mode)
      if (isRefusal(again)) answers.fail(exchange, 502, `the hook left no request: ${again.reason}`)
      else {
        hookAnswer(code, request, response, changed)
        go(again)
      }
    }
  })
}

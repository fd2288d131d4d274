import type { IncomingMessage, ServerResponse } from 'node:http'
import { type PlainRequest, responseAfter } from '../backend/edge-event.ts'
import { type HookOutcome, hookRuns } from '../backend/edge-hooks.ts'
import { type EdgeCode, ipOf } from './edge-code.ts'
import { holdAnswer } from './hold-answer.ts'

type WriteHead = (status: number, reason: string, fields: string[]) => ServerResponse

interface Answer {
  status: number
  reason: string
  fields: string[]
}

const nothing = ['Content-Length', '0', 'Cache-Control', 'no-store']

/**
 * Lets the hook of the visitor's answer change its head before it goes out; what is written meanwhile waits. Where the hook fails, the
 * answer is its failure without a body.
 */
export function hookAnswer(
  code: EdgeCode,
  request: IncomingMessage,
  response: ServerResponse,
  plain: PlainRequest,
): void {
  const write = response.writeHead.bind(response) as WriteHead
  const ip = ipOf(request)
  response.writeHead = (status: number, ...rest: unknown[]): ServerResponse => {
    const fields = [...((rest.at(-1) as string[] | undefined) ?? [])]
    const reason = typeof rest[0] === 'string' ? rest[0] : ''
    if (!hookRuns('viewer-response', { status, isHit: false, isMade: false })) return write(status, reason, fields)
    const outcome = code.run('viewer-response', plain.target, { ip, request: plain, response: { status, fields } })
    if (outcome === undefined) return write(status, reason, fields)
    // Whoever counts the answer reads its status at once.
    response.statusCode = status
    const answer: Answer = { status, reason, fields }
    if (outcome instanceof Promise) {
      const held = holdAnswer(response)
      void outcome.then(known => {
        held.open()
        if (response.destroyed) return
        writeLate(response, write, known, answer)
        held.replay()
      })
    } else writeOutcome(response, write, outcome, answer)
    return response
  }
}

/** As `writeOutcome`; whoever gave the head has gone on and cannot be told that it is no HTTP. */
function writeLate(response: ServerResponse, write: WriteHead, outcome: HookOutcome, answer: Answer): void {
  try {
    writeOutcome(response, write, outcome, answer)
  } catch {
    dropBody(response)
    write(502, '', nothing)
  }
}

function writeOutcome(
  response: ServerResponse,
  write: WriteHead,
  outcome: HookOutcome,
  { status, reason, fields }: Answer,
): void {
  if (outcome.kind === 'response') write(status, reason, responseAfter(fields, outcome.response).fields)
  else {
    dropBody(response)
    write(outcome.kind === 'failed' ? outcome.status : 502, '', nothing)
  }
}

/** What is still written belongs to an answer that is no longer sent. */
function dropBody(response: ServerResponse): void {
  const end = response.end.bind(response) as () => ServerResponse
  response.write = () => true
  response.end = () => end()
}

import type { IncomingMessage, ServerResponse } from 'node:http'

/** Requests whose client holds its body back until it is asked for. */
const waiting = new WeakSet<IncomingMessage>()

/** Notes that a client waits for a word before it sends its body. Source: RFC 9110, 10.1.1. */
export function noteWaiting(request: IncomingMessage): void {
  waiting.add(request)
}

/** Asks a client that waits for its body; does nothing for others. */
export function askForBody(request: IncomingMessage, response: ServerResponse): void {
  if (waiting.delete(request)) response.writeContinue()
}

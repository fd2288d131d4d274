import { type ServerResponse, STATUS_CODES } from 'node:http'

/** Answers a failure in plain text; nobody may keep it. */
export function refuse(
  response: ServerResponse,
  status: number,
  why: string,
  { fields = [], closes = false }: { fields?: readonly string[]; closes?: boolean } = {},
): void {
  if (response.destroyed) return
  if (response.headersSent) {
    response.destroy()
    return
  }
  const text = `${status} ${STATUS_CODES[status] ?? ''}: ${why}\n`
  const head = ['Content-Type', 'text/plain; charset=utf-8', 'Content-Length', String(Buffer.byteLength(text))]
  head.push('Cache-Control', 'no-store', ...fields)
  if (closes) head.push('Connection', 'close')
  response.writeHead(status, head)
  response.end(response.req.method === 'HEAD' ? undefined : text)
}

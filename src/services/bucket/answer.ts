import type { BucketRequest } from './bucket-request.ts'
import { BucketFailure } from './failure.ts'
import { type Element, writeXml } from './xml.ts'

/** Fields of an answer by name. Absent values are left out. */
export type AnswerFields = Record<string, string | number | undefined>

export function sendHead({ response }: BucketRequest, status: number, fields: AnswerFields = {}): void {
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) response.setHeader(name, value)
  response.statusCode = status
}

/** An answer without a body. */
export function sendEmpty(request: BucketRequest, status: number, fields: AnswerFields = {}): void {
  sendHead(request, status, fields)
  if (status !== 204 && status !== 304 && request.method !== 'HEAD') request.response.setHeader('Content-Length', 0)
  request.response.end()
}

export function sendXml(request: BucketRequest, root: Element, fields: AnswerFields = {}, status = 200): void {
  sendText(request, status, writeXml(root), { 'Content-Type': 'application/xml', ...fields })
}

export function sendText(request: BucketRequest, status: number, text: string, fields: AnswerFields): void {
  const body = Buffer.from(text)
  sendHead(request, status, { ...fields, 'Content-Length': body.length })
  request.response.end(request.method === 'HEAD' ? undefined : body)
}

/** An error as its documented XML. One that comes when the answer has begun can only cut the connection. */
export function sendFailure(request: BucketRequest, error: unknown): void {
  const failure = error instanceof BucketFailure ? error : new BucketFailure('InternalError')
  const { response } = request
  if (response.headersSent) {
    response.destroy()
    return
  }
  const resource = request.key === '' ? `/${request.bucket}` : `/${request.bucket}/${request.key}`
  const details = Object.entries(failure.details)
  for (const name of response.getHeaderNames())
    if (!name.startsWith('x-amz-request-id') && !name.startsWith('access-control-') && name !== 'vary')
      response.removeHeader(name)
  if (!request.request.complete) response.setHeader('Connection', 'close')
  if (failure.status === 304 || request.method === 'HEAD') {
    sendEmpty(request, failure.status, { ...failure.fields })
    return
  }
  const root: Element = [
    'Error',
    [
      ['Code', failure.code],
      ['Message', failure.message],
      ...details,
      ['Resource', resource],
      ['RequestId', request.requestId],
      ['HostId', 'cdnlab'],
    ],
  ]
  sendText(request, failure.status, writeXml(root, false), { ...failure.fields, 'Content-Type': 'application/xml' })
}

/** A time as listings write it. */
export function isoTime(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString()
}

export function quoted(etag: string): string {
  return `"${etag}"`
}

import type { IncomingMessage } from 'node:http'

/**
 * The body of a request, or why there is none. Of one that is too large more is read and thrown away, so that the client hears the answer.
 */
export async function readBody(request: IncomingMessage, greatestBytes: number): Promise<Buffer | 'too-large' | 'cut'> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes <= greatestBytes) chunks.push(chunk)
      else chunks.length = 0
      if (bytes > 4 * greatestBytes) return 'too-large'
    }
  } catch {
    return 'cut'
  }
  return bytes > greatestBytes ? 'too-large' : Buffer.concat(chunks)
}

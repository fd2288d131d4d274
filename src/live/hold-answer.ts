import type { ServerResponse } from 'node:http'

/** An answer whose body waits for its head. */
export interface HeldAnswer {
  /** Lets writes through again; what has waited is not written yet. */
  open(): void
  /** Writes what has waited, and asks for more. */
  replay(): void
}

/** Keeps what is written to an answer until its head is known. Who writes is told to wait, so that little has to be kept. */
export function holdAnswer(response: ServerResponse): HeldAnswer {
  const { write, end } = response
  const chunks: Buffer[] = []
  let isEnded = false
  response.write = (chunk: unknown): boolean => {
    chunks.push(chunk as Buffer)
    return false
  }
  response.end = (chunk?: unknown): ServerResponse => {
    if (chunk !== undefined) chunks.push(chunk as Buffer)
    isEnded = true
    return response
  }
  return {
    open() {
      response.write = write
      response.end = end
    },
    replay() {
      let takesMore = true
      const last = isEnded ? chunks.pop() : undefined
      for (const chunk of chunks) takesMore = response.write(chunk)
      if (isEnded) response.end(last)
      // A full socket asks for more by itself.
      else if (chunks.length > 0 && takesMore) response.emit('drain')
    },
  }
}

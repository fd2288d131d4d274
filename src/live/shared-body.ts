import type { ServerResponse } from 'node:http'

/** Where a body comes from: can be told to wait. */
export interface BodySource {
  pause(): void
  resume(): void
}

/** So far may the slowest reader lie behind before the source has to wait, when nothing is kept for the shelf. */
const highWaterBytes = 256 * 1024

interface Reader {
  response: ServerResponse
  /** Index of the next chunk to write. */
  next: number
  isWaiting: boolean
  isGone: boolean
}

/**
 * A body on its way, read by any number of clients at their own speed. As long as it is kept whole for the shelf, whoever comes
 * late begins at the beginning and the source never waits; after `release` chunks are dropped behind the slowest reader, and the
 * source waits for it.
 */
export class SharedBody {
  readonly #source: BodySource
  readonly #onDeserted: () => void
  readonly #readers = new Set<Reader>()
  #chunks: Buffer[] = []
  /** Index of the first chunk that is still here. */
  #first = 0
  #bytes = 0
  #pendingBytes = 0
  #isKept: boolean
  #isPaused = false
  #end: 'none' | 'whole' | 'broken' = 'none'

  constructor(source: BodySource, isKept: boolean, onDeserted: () => void) {
    this.#source = source
    this.#isKept = isKept
    this.#onDeserted = onDeserted
  }

  /** Bytes that have come so far. */
  get bytes(): number {
    return this.#bytes
  }

  get isKept(): boolean {
    return this.#isKept
  }

  get readers(): number {
    return this.#readers.size
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    this.#pendingBytes += chunk.length
    for (const reader of this.#readers) this.#pump(reader)
    this.#balance()
  }

  /** The body is complete. */
  finish(): void {
    this.#end = 'whole'
    for (const reader of this.#readers) this.#pump(reader)
  }

  /** The body broke off: each reader's connection is cut, so that nobody takes the part for the whole. */
  fail(): void {
    if (this.#end !== 'none') return
    this.#end = 'broken'
    for (const { response } of this.#readers) response.destroy()
    this.#readers.clear()
    this.#chunks = []
  }

  /** Gives up keeping the whole; from now on nobody can join. */
  release(): void {
    this.#isKept = false
    this.#balance()
  }

  /** The whole body in one piece; only when it was kept. */
  whole(): Buffer {
    const body = Buffer.allocUnsafeSlow(this.#bytes)
    let at = 0
    for (const chunk of this.#chunks) at += chunk.copy(body, at)
    return body
  }

  /** Writes the body to a response whose head is written; only from the beginning on. */
  attach(response: ServerResponse): void {
    const reader: Reader = { response, next: 0, isWaiting: false, isGone: false }
    this.#readers.add(reader)
    response.once('close', () => this.#leave(reader))
    response.on('drain', () => {
      reader.isWaiting = false
      this.#pump(reader)
      this.#balance()
    })
    if (this.#end === 'broken') response.destroy()
    else this.#pump(reader)
  }

  #pump(reader: Reader): void {
    const { response } = reader
    while (!reader.isWaiting && !reader.isGone) {
      const chunk = this.#chunks[reader.next - this.#first]
      if (chunk === undefined) {
        if (this.#end === 'whole') {
          reader.isGone = true
          this.#readers.delete(reader)
          response.end()
        }
        return
      }
      reader.next++
      reader.isWaiting = !response.write(chunk)
    }
  }

  #leave(reader: Reader): void {
    reader.isGone = true
    if (!this.#readers.delete(reader)) return
    if (this.#readers.size === 0 && this.#end === 'none') this.#onDeserted()
    this.#balance()
  }

  /** Drops what every reader has had, and lets the source wait or go on. */
  #balance(): void {
    if (this.#isKept) return
    let slowest = this.#first + this.#chunks.length
    for (const reader of this.#readers) slowest = Math.min(slowest, reader.next)
    const dropped = this.#chunks.splice(0, slowest - this.#first)
    for (const chunk of dropped) this.#pendingBytes -= chunk.length
    this.#first = slowest
    const isBehind = this.#pendingBytes > highWaterBytes
    if (isBehind === this.#isPaused || this.#end !== 'none') return
    this.#isPaused = isBehind
    if (isBehind) this.#source.pause()
    else this.#source.resume()
  }
}

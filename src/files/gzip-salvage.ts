import { createReadStream } from 'node:fs'
import * as zlib from 'node:zlib'

const coarseBytes = 2 ** 16
/** No longer than a member's checksum (RFC 1952, section 2.3.1): a step that fails on it then holds nothing of what comes before. */
const fineBytes = 4
const unpackedBytes = 2 ** 20

/**
 * What a damaged gzip file still unpacks to, behind so many bytes of it. The platform forgets what it unpacked in the call that fails, so the
 * file is read once to find the stretch where that is, and once more with that stretch a few bytes at a time.
 */
export async function* salvageGzip(file: string, known: number): AsyncGenerator<Uint8Array> {
  let given = known
  let fineFrom = Number.POSITIVE_INFINITY
  for (let isBroken = true; isBroken; ) {
    const gunzip = openGunzip()
    let [unpacked, packed] = [0, 0]
    isBroken = false
    for await (const step of stepsOf(file, fineFrom)) {
      const isTaken = await gunzip.takes(step)
      for (const piece of gunzip.ready.splice(0)) {
        const fresh = piece.subarray(Math.max(0, given - unpacked))
        unpacked += piece.length
        given += fresh.length
        if (fresh.length > 0) yield fresh
      }
      isBroken = !isTaken && packed < fineFrom
      if (!isTaken) break
      packed += step.length
    }
    fineFrom = packed
  }
}

/** The bytes of a file in steps, which are short from an offset on. */
async function* stepsOf(file: string, fineFrom: number): AsyncGenerator<Uint8Array> {
  let offset = 0
  for await (const chunk of createReadStream(file, { highWaterMark: coarseBytes }) as AsyncIterable<Uint8Array>)
    for (let from = 0; from < chunk.length; ) {
      const most = offset < fineFrom ? Math.min(coarseBytes, fineFrom - offset) : fineBytes
      const step = chunk.subarray(from, from + most)
      yield step
      from += step.length
      offset += step.length
    }
}

/** Unpacks a step at a time; what came out of it is ready when the step is taken. */
function openGunzip() {
  const gunzip = zlib.createGunzip({ chunkSize: unpackedBytes })
  const ready: Uint8Array[] = []
  let fails = (): void => undefined
  gunzip.on('data', piece => ready.push(piece))
  gunzip.on('error', () => fails())
  return {
    ready,
    /** False when the step could not be unpacked. */
    takes: (step: Uint8Array): Promise<boolean> =>
      new Promise(resolve => {
        fails = () => resolve(false)
        gunzip.write(step, error => resolve(!error))
      }),
  }
}

/** A piece of a zstd frame: its header, a block, or its checksum. */
export interface ZstdPiece {
  bytes: Uint8Array
  begins: boolean
  ends: boolean
  /** Low half of the XXH64 of the frame's content, on the last piece of a frame that has one. */
  checksum: number | null
}

const frameMagic = 0xfd2fb528
const skippableMagic = 0x184d2a50
/** What zstd itself refuses without `--long`. */
const mostWindowBytes = 2 ** 27
const mostBlockBytes = 2 ** 17

/**
 * Cuts a stream of zstd frames into pieces of which each unpacks to one block at most, so that whoever unpacks them can stop in time, and
 * finds the checksums. Skippable frames are left out. Throws Error where the stream is no such thing, and at an early end.
 * Source: RFC 8878, 3.1.
 */
export function createZstdSplitter() {
  let rest = new Uint8Array(0)
  let state: 'frame' | 'block' | 'checksum' = 'frame'
  let hasChecksum = false
  let skip = 0

  /** The next piece from an index of `rest` on, or null when it is not all there. */
  function next(from: number): (ZstdPiece & { length: number }) | null {
    const view = new DataView(rest.buffer, rest.byteOffset + from, rest.byteLength - from)
    const piece = (length: number, flags: Partial<ZstdPiece> = {}) =>
      length > view.byteLength
        ? null
        : { bytes: rest.subarray(from, from + length), begins: false, ends: false, checksum: null, length, ...flags }
    if (state === 'frame') {
      if (view.byteLength < 8) return null
      if (view.getUint32(0, true) >>> 4 === skippableMagic >>> 4) {
        skip = 8 + view.getUint32(4, true)
        return piece(0)
      }
      const header = readHeader(view)
      const found = header === null ? null : piece(header.bytes, { begins: true })
      if (found) [state, hasChecksum] = ['block', header!.hasChecksum]
      return found
    }
    if (state === 'checksum') {
      const found = view.byteLength < 4 ? null : piece(4, { ends: true, checksum: view.getUint32(0, true) })
      if (found) state = 'frame'
      return found
    }
    if (view.byteLength < 3) return null
    const block = view.getUint8(0) | (view.getUint8(1) << 8) | (view.getUint8(2) << 16)
    const [isLast, type, size] = [(block & 1) === 1, (block >> 1) & 3, block >>> 3]
    if (type === 3 || size > mostBlockBytes) throw new Error('a block of a kind or size that does not exist')
    const found = piece(3 + (type === 1 ? 1 : size), { ends: isLast && !hasChecksum })
    if (found && isLast) state = hasChecksum ? 'checksum' : 'frame'
    return found
  }

  return {
    *push(chunk: Uint8Array): Generator<ZstdPiece> {
      const joined = new Uint8Array(rest.length + chunk.length)
      joined.set(rest)
      joined.set(chunk, rest.length)
      rest = joined
      let at = 0
      for (;;) {
        const skipped = Math.min(skip, rest.length - at)
        skip -= skipped
        at += skipped
        const found = skip > 0 ? null : next(at)
        if (found === null) break
        at += found.length
        if (found.length > 0) yield found
      }
      rest = rest.slice(at)
    },
    end(): void {
      if (state !== 'frame' || skip > 0 || rest.length > 0) throw new Error('it ends within a frame')
    },
  }
}

/** Length of a frame's header and whether a checksum follows the blocks; null when the header is not all there. */
function readHeader(view: DataView): { bytes: number; hasChecksum: boolean } | null {
  if (view.getUint32(0, true) !== frameMagic) throw new Error('what follows is no zstd frame')
  const descriptor = view.getUint8(4)
  const isSingle = (descriptor & 32) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!
  const sizeAt = 5 + (isSingle ? 0 : 1) + dictionaryBytes
  if (sizeAt + sizeBytes > view.byteLength) return null
  const windowBytes = isSingle ? contentBytes(view, sizeAt, sizeBytes) : windowOf(view.getUint8(5))
  if (windowBytes > mostWindowBytes) throw new Error(`it wants a window of ${windowBytes} bytes`)
  return { bytes: sizeAt + sizeBytes, hasChecksum: (descriptor & 4) !== 0 }
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3))
  return base + (base / 8) * (descriptor & 7)
}

function contentBytes(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at)
  if (bytes === 2) return view.getUint16(at, true) + 256
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true))
}

import { UserError } from '../../lib/user-error.ts'
import type { TraceParser } from './format.ts'

/** What stands before the records, and a look at it once it is there. */
export interface TraceHeader {
  bytes: number
  check(header: DataView): void
}

/** So many letters in a row are text: as times, sizes and numbers they would be beyond all that a trace holds. */
const textBytes = 48

/**
 * Reads records of a fixed size behind a header of a fixed size; `read` is given whole records only, and `readMany`, where there is one, as
 * many as lie together.
 */
export function createRecordParser(
  file: string,
  recordBytes: number,
  read: (view: DataView, offset: number) => void,
  { bytes: headerBytes, check }: TraceHeader = { bytes: 0, check: () => undefined },
  readMany?: (bytes: Uint8Array, offset: number, count: number) => void,
): TraceParser {
  const header = new Uint8Array(headerBytes)
  let headed = 0
  let rest = new Uint8Array(0)
  let position = 0
  const readAll = (bytes: Uint8Array): number => {
    if (readMany && bytes.length >= recordBytes) {
      const count = Math.floor(bytes.length / recordBytes)
      readMany(bytes, 0, count)
      return count * recordBytes
    }
    const view = viewOf(bytes)
    const last = bytes.length - recordBytes
    let offset = 0
    for (; offset <= last; offset += recordBytes) read(view, offset)
    return offset
  }
  return {
    push(chunk) {
      if (position === 0 && isText(chunk.subarray(0, textBytes)))
        throw new UserError({ message: `this is text, no records of ${recordBytes} bytes`, at: { file } })
      position += chunk.length
      let bytes = chunk
      if (headed < headerBytes) {
        const part = bytes.subarray(0, headerBytes - headed)
        header.set(part, headed)
        headed += part.length
        if (headed < headerBytes) return
        check(viewOf(header))
        bytes = bytes.subarray(part.length)
      }
      if (rest.length > 0) {
        const missing = Math.min(recordBytes - rest.length, bytes.length)
        const joined = new Uint8Array(rest.length + missing)
        joined.set(rest)
        joined.set(bytes.subarray(0, missing), rest.length)
        bytes = bytes.subarray(missing)
        rest = joined
        if (joined.length < recordBytes) return
        readAll(joined)
      }
      rest = Uint8Array.from(bytes.subarray(readAll(bytes)))
    },
    end() {
      if (headed < headerBytes)
        throw new UserError({
          message: `the file ends within its header: ${headed} of ${headerBytes} bytes`,
          at: { file, offsetBytes: position },
        })
      if (rest.length > 0)
        throw new UserError({
          message: `the last record is cut off: ${rest.length} of ${recordBytes} bytes`,
          at: {
            file,
            record: (position - headerBytes - rest.length) / recordBytes + 1,
            offsetBytes: position - rest.length,
          },
          hint: '--lenient keeps the records before it',
        })
    },
  }
}

function isText(head: Uint8Array): boolean {
  return (
    head.length === textBytes &&
    head.every(byte => (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13)
  )
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

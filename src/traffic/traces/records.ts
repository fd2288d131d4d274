import { UserError } from '../../lib/user-error.ts'
import type { TraceParser } from './format.ts'

/** Reads records of a fixed size that begin with a header of a fixed size; `read` is given whole records only. */
export function createRecordParser(
  file: string,
  recordBytes: number,
  read: (view: DataView, offset: number, record: number) => void,
  headerBytes = 0,
): TraceParser {
  let skip = headerBytes
  let rest = new Uint8Array(0)
  let record = 0
  let position = 0
  const readAll = (bytes: Uint8Array): number => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let offset = 0
    for (; offset + recordBytes <= bytes.length; offset += recordBytes) read(view, offset, record++)
    return offset
  }
  return {
    push(chunk) {
      position += chunk.length
      let bytes = chunk
      if (skip > 0) {
        const skipped = Math.min(skip, bytes.length)
        skip -= skipped
        bytes = bytes.subarray(skipped)
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
        rest = new Uint8Array(0)
      }
      rest = bytes.slice(readAll(bytes))
    },
    end() {
      if (skip > 0)
        throw new UserError({ message: `the file ends within its header of ${headerBytes} bytes`, at: { file } })
      if (rest.length > 0)
        throw new UserError({
          message: `the last record is cut off: ${rest.length} of ${recordBytes} bytes`,
          at: { file, record: record + 1, offsetBytes: position - rest.length },
          hint: '--lenient keeps the records before it',
        })
    },
  }
}

import { z } from 'zod'
import type { TraceFormat } from './format.ts'
import { createRecordParser } from './records.ts'

const recordBytes = 24

/**
 * libCacheSim's oracleGeneral: records of 24 bytes, little-endian and packed: u32 time in seconds, u64 object id, u32 size in bytes,
 * i64 index of the next request to the object or -1.
 */
export const oracleGeneral: TraceFormat = {
  name: 'oracleGeneral',
  title: 'libCacheSim oracleGeneral, 24 bytes a request',
  source: 'libCacheSim, traceReader: oracleGeneral',
  params: z.strictObject({}),
  looksLike(head, fileName) {
    if (/oraclegeneral/i.test(fileName)) return true
    if (head.length < 2 * recordBytes) return false
    // Times that do not fall, and next uses that lie ahead, do not come by chance.
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
    let last = 0
    for (let offset = 0, record = 1; offset + recordBytes <= head.length; offset += recordBytes, record++) {
      const time = view.getUint32(offset, true)
      const next = view.getBigInt64(offset + 16, true)
      if (time < last || next < -1n || (next >= 0n && next <= BigInt(record))) return false
      last = time
    }
    return true
  },
  createParser: (sink, { file }) =>
    createRecordParser(file, recordBytes, (view, offset) =>
      sink.row(
        view.getUint32(offset, true),
        view.getUint32(offset + 4, true),
        view.getUint32(offset + 8, true),
        view.getUint32(offset + 12, true),
        Number.NaN,
        Number.NaN,
      ),
    ),
}

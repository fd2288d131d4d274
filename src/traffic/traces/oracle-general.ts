import { z } from 'zod'
import type { RecordLayout } from '../../kernels/numbering.ts'
import type { RowSink, TraceFormat, TraceParser } from './format.ts'
import { createRecordParser, type TraceHeader } from './records.ts'

/** Bytes of a record. */
export const oracleGeneralBytes = 24
/** A next use beyond it is text that happens to look like records. */
const mostRecords = 2n ** 40n
const layout: RecordLayout = { recordBytes: oracleGeneralBytes, timeAt: 0, idAt: 4, sizeAt: 12 }

/**
 * libCacheSim's oracleGeneral: records of 24 bytes, little-endian and packed: u32 time in seconds, u64 object id, u32 size in bytes,
 * i64 index of the next request to the object or -1.
 */
export const oracleGeneral: TraceFormat = {
  name: 'oracleGeneral',
  title: 'libCacheSim oracleGeneral, 24 bytes a request',
  source: 'libCacheSim, traceReader: oracleGeneral',
  params: z.strictObject({}),
  recordBytes: oracleGeneralBytes,
  looksLike(head, fileName) {
    if (/oraclegeneral/i.test(fileName)) return true
    if (head.length < 2 * oracleGeneralBytes) return false
    // Times that do not fall, and next uses that lie ahead, do not come by chance.
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
    let last = 0
    for (
      let offset = 0, record = 1;
      offset + oracleGeneralBytes <= head.length;
      offset += oracleGeneralBytes, record++
    ) {
      const time = view.getUint32(offset, true)
      const next = view.getBigInt64(offset + 16, true)
      if (time < last || next < -1n || next > mostRecords || (next >= 0n && next <= BigInt(record))) return false
      last = time
    }
    return true
  },
  createParser: (sink, { file }) => createOracleGeneralParser(sink, file),
}

/** Reads records of oracleGeneral, perhaps behind a header. */
export function createOracleGeneralParser(sink: RowSink, file: string, header?: TraceHeader): TraceParser {
  const { bulk } = sink
  const readMany =
    bulk && ((bytes: Uint8Array, offset: number, count: number) => bulk.records(bytes, offset, count, layout))
  return createRecordParser(file, oracleGeneralBytes, readOne(sink), header, readMany)
}

function readOne(sink: RowSink): (view: DataView, offset: number) => void {
  return (view, offset) =>
    sink.row(
      view.getUint32(offset, true),
      view.getInt32(offset + 4, true),
      view.getInt32(offset + 8, true),
      view.getUint32(offset + 12, true),
      Number.NaN,
      Number.NaN,
    )
}

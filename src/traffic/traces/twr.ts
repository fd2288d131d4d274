import { z } from 'zod'
import type { TraceFormat } from './format.ts'
import { createRecordParser } from './records.ts'

const recordBytes = 20
/** Operations that read: get, and gets with a stamp. */
const reads = [1, 2]
const operations = 12

/**
 * Twitter's cache traces in libCacheSim's binary form, 20 bytes a request, little-endian and packed: u32 time in seconds, u64 key, u32 with
 * 10 bits of key size above 22 of value size, u32 with 8 bits of operation above 24 of time to live. An object's size is that of key and
 * value; a read that found no value has size 0.
 */
export const twr: TraceFormat = {
  name: 'twr',
  title: 'Twitter cache traces, 20 bytes a request',
  source:
    'J. Yang et al.: A large scale analysis of hundreds of in-memory cache clusters at Twitter, OSDI 2020; libCacheSim: twr',
  params: z.strictObject({}),
  recordBytes,
  looksLike(head, fileName) {
    if (/\.twr(?:\.|$)/i.test(fileName)) return true
    if (head.length < 8 * recordBytes) return false
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
    let last = 0
    for (let offset = 0; offset + recordBytes <= head.length; offset += recordBytes) {
      const time = view.getUint32(offset, true)
      const operation = view.getUint8(offset + 19)
      const keyBytes = view.getUint32(offset + 12, true) >>> 22
      if (time < last || operation === 0 || operation > operations || keyBytes === 0) return false
      last = time
    }
    return true
  },
  createParser: (sink, { file }) =>
    createRecordParser(file, recordBytes, (view, offset) => {
      const sizes = view.getUint32(offset + 12, true)
      const valueBytes = sizes & 0x3fffff
      const isEmpty = valueBytes === 0 && reads.includes(view.getUint8(offset + 19))
      sink.row(
        view.getUint32(offset, true),
        view.getInt32(offset + 4, true),
        view.getInt32(offset + 8, true),
        isEmpty ? 0 : (sizes >>> 22) + valueBytes,
        Number.NaN,
        Number.NaN,
      )
    }),
}

import { z } from 'zod'
import { UserError } from '../../lib/user-error.ts'
import type { TraceFormat } from './format.ts'
import { createOracleGeneralParser } from './oracle-general.ts'

const headerBytes = 8192
const magic = 0x1234_5678_9abc_def0n

/** libCacheSim's lcs, version 1: a header of 8192 bytes that begins with a magic number and the version, then records of oracleGeneral. */
export const lcs: TraceFormat = {
  name: 'lcs',
  title: 'libCacheSim lcs version 1: a header, then 24 bytes a request',
  source: 'libCacheSim, traceReader: lcs',
  params: z.strictObject({}),
  looksLike: head =>
    head.length >= 8 && new DataView(head.buffer, head.byteOffset, head.byteLength).getBigUint64(0, true) === magic,
  createParser: (sink, { file }) =>
    createOracleGeneralParser(sink, file, {
      bytes: headerBytes,
      check(header) {
        if (header.getBigUint64(0, true) !== magic)
          throw new UserError({ message: 'this is no lcs trace: the first 8 bytes are not its mark', at: { file } })
        const version = header.getBigUint64(8, true)
        if (version !== 1n)
          throw new UserError({
            message: `lcs version ${version}: only version 1 is read`,
            at: { file, offsetBytes: 8 },
          })
      },
    }),
}

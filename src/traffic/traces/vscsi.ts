import { z } from 'zod'
import { UserError } from '../../lib/user-error.ts'
import type { RowSink, TraceFormat, TraceParser } from './format.ts'
import { createRecordParser } from './records.ts'

/** Where the fields of a version stand, in bytes. */
interface Layout {
  bytes: number
  version: number
  length: number
  block: number
  timeUs: number
}

const layouts: readonly Layout[] = [
  { bytes: 40, version: 2, length: 8, block: 16, timeUs: 24 },
  { bytes: 32, version: 14, length: 4, block: 16, timeUs: 24 },
]
const judged = 4

/**
 * VMware's vscsi traces of block devices, version 1 (32 bytes a record) and 2 (40 bytes), little-endian. The object is the logical block
 * number, the size the length of the request in bytes. Which version it is, the records say: the high byte of a field that stands elsewhere
 * in each.
 */
export const vscsi: TraceFormat = {
  name: 'vscsi',
  title: 'Block requests of VMware vscsi, version 1 or 2',
  source: 'VMware vscsiStats; libCacheSim, traceReader: vscsi',
  params: z.strictObject({}),
  looksLike: (head, fileName) => /\.vscsi(?:\.|$)/i.test(fileName) || layoutOf(head, 2) !== undefined,
  createParser: createVscsiParser,
}

/** The version whose number every one of the first records carries, where there are enough of them. */
function layoutOf(head: Uint8Array, least: number): Layout | undefined {
  return layouts.find(({ bytes, version }, index) => {
    const records = Math.min(judged, Math.floor(head.length / bytes))
    const highBytes = Array.from({ length: records }, (_, record) => head[record * bytes + version + 1])
    return records >= least && highBytes.every(high => high === layouts.length - index)
  })
}

function createVscsiParser(sink: RowSink, { file }: { file: string }): TraceParser {
  let waiting = new Uint8Array(0)
  let parser: TraceParser | undefined
  const begin = (): void => {
    const layout = layoutOf(waiting, 1)
    if (!layout && waiting.length < layouts[1]!.bytes)
      throw new UserError({
        message: `the first record is cut off: ${waiting.length} bytes`,
        at: { file, record: 1, offsetBytes: 0 },
      })
    if (!layout)
      throw new UserError({ message: 'no vscsi trace: its records carry neither version 1 nor 2', at: { file } })
    parser = createRecordParser(file, layout.bytes, (view, offset) =>
      sink.row(
        (view.getUint32(offset + layout.timeUs + 4, true) * 4_294_967_296 +
          view.getUint32(offset + layout.timeUs, true)) /
          1e6,
        view.getInt32(offset + layout.block, true),
        view.getInt32(offset + layout.block + 4, true),
        view.getUint32(offset + layout.length, true),
        Number.NaN,
        Number.NaN,
      ),
    )
    parser.push(waiting)
  }
  return {
    push(chunk) {
      if (parser) return parser.push(chunk)
      const joined = new Uint8Array(waiting.length + chunk.length)
      joined.set(waiting)
      joined.set(chunk, waiting.length)
      waiting = joined
      if (waiting.length >= judged * layouts[0]!.bytes) begin()
    },
    end() {
      if (!parser) begin()
      parser?.end()
    },
  }
}

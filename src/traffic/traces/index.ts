import { UserError } from '../../lib/user-error.ts'
import { logFormats } from '../logs/index.ts'
import { csv } from './csv.ts'
import { createFormats, type TraceFormat } from './format.ts'
import { lcs } from './lcs.ts'
import { traceOfLog } from './log-trace.ts'
import { oracleGeneral } from './oracle-general.ts'
import { tr } from './tr.ts'
import { twr } from './twr.ts'
import { txt } from './txt.ts'
import { vscsi } from './vscsi.ts'
import { wikipedia } from './wikipedia.ts'

/** The registry of trace formats, in the order in which a file is tried. */
export const traceFormats = createFormats([
  lcs,
  twr,
  vscsi,
  tr,
  ...logFormats.entries.map(traceOfLog),
  wikipedia,
  oracleGeneral,
  csv,
  txt,
])

/** The format of a file by its name and first bytes, unpacked. Throws UserError when none fits. */
export function detectFormat(head: Uint8Array, fileName: string): TraceFormat {
  const found = traceFormats.entries.find(format => format.looksLike(head, fileName))
  if (found) return found
  throw new UserError({
    message: `${fileName}: the format of this trace is not known by its name or its first bytes`,
    hint: `name it: ${traceFormats.names.join(', ')}`,
  })
}

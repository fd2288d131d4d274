import { basename, dirname, join } from 'node:path'
import { checkOutputFile, writeOutput } from '../files/output.ts'
import { writePieces } from '../files/trace-write.ts'
import { printWarnings } from '../files/warnings.ts'
import { UserError } from '../lib/user-error.ts'
import type { SpotPlaces } from '../sim/replay-source.ts'
import type { LogRecord } from '../traffic/logs/log-columns.ts'

const chunkRows = 1 << 14

/** The name of the trace beside a scenario file. */
export function traceNameOf(scenario = 'replay.yaml'): string {
  return `${basename(scenario).replace(/\.ya?ml$/i, '')}.csv.gz`
}

/** Says before the work begins that a scenario and its trace could not be written. Throws UserError. */
export function checkReplayOutput(scenario: string): void {
  if (!/\.ya?ml$/i.test(scenario)) throw new UserError(`--scenario-out ${scenario}: a scenario's name ends in .yaml`)
  checkOutputFile(scenario)
}

/** Writes the scenario of a replay, and its requests beside it. They hold numbers only: no name, no address. */
export async function writeReplay(scenario: string, text: string, record: LogRecord, spots: SpotPlaces): Promise<void> {
  const trace = join(dirname(scenario), traceNameOf(scenario))
  await writePieces(pieces(record, spots), trace)
  await writeOutput(scenario, text)
  process.stderr.write(`written to ${scenario} and ${trace}\n`)
  const { parts, silentParts } = record.facts
  if (parts > silentParts)
    printWarnings([
      { message: `a trace holds whole objects: in ${trace} ${parts} requests for parts (206) are for all of theirs` },
    ])
}

function* pieces(
  { count, timesMs, objects, spotOf, bytesOf, isPass }: LogRecord,
  spots: SpotPlaces,
): Generator<Buffer> {
  const { latOf, lonOf } = spots
  const degrees = (value: number): string => (Number.isNaN(value) ? '' : String(value))
  yield Buffer.from('time,id,size,lat,lon,uncacheable\n')
  for (let from = 0; from < count; from += chunkRows) {
    let text = ''
    for (let row = from; row < Math.min(count, from + chunkRows); row++) {
      const object = objects[row]!
      const spot = spotOf[row]!
      text += `${timesMs[row]! / 1000},${object},${bytesOf[object]},${degrees(latOf[spot]!)},${degrees(lonOf[spot]!)},${isPass[object]}\n`
    }
    yield Buffer.from(text)
  }
}

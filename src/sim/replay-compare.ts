import { Fate, fateNames, fates } from '../stats/tally.ts'
import type { LogRecord } from '../traffic/logs/log-columns.ts'
import { loggedVerdicts } from '../traffic/logs/log-row.ts'
import type { Watch } from './simulate.ts'
import { sentOf } from './visit.ts'

/** What became of each request of a run, by its number. */
export interface Fates {
  watch: Watch
  fateOf: Uint8Array
  /** Index of the edge, or `noEdge`. */
  edgeOf: Uint16Array
}

export const noEdge = 0xffff

export function createFates(requests: number): Fates {
  const fateOf = new Uint8Array(requests)
  const edgeOf = new Uint16Array(requests).fill(noEdge)
  return {
    fateOf,
    edgeOf,
    watch: {
      seen(request, _now, _id, _place, edge) {
        edgeOf[request] = edge
      },
      served(request, fate) {
        fateOf[request] = fate
      },
    },
  }
}

/** Requests and hits of one side. */
interface Side {
  hits: number
  hitBytes: number
}

/** What the log says beside what the run says, of the requests whose verdict the log tells. */
export interface Comparison {
  /** Requests left out at the beginning, while the simulated shelves fill. */
  warmupRequests: number
  /** Requests compared, and those of which the log tells no verdict. */
  compared: number
  silent: number
  bytes: number
  logged: Side
  simulated: Side
  /** Rows: verdicts of the log, columns: fates of the run, both in the order of `fateNames`. */
  table: number[][]
  /** Requests of the same kind on both sides: from the shelf, found unchanged at the origin, sent on, or error. */
  agreeing: number
  /** Requests that the run sends to the PoP of the log. */
  samePop: number
  pops: { id: string; requests: number; loggedHits: number; simulatedHits: number; agreeing: number }[]
}

/** A miss, a join and a request that must not be stored are all sent on: few logs tell them apart. */
const kindOf: Record<(typeof fateNames)[number], string> = {
  hit: 'shelf',
  stale: 'shelf',
  revalidated: 'revalidated',
  miss: 'sent on',
  join: 'sent on',
  pass: 'sent on',
  error: 'error',
}

/** Compares verdicts request by request, from request `from` on. `popIds` are the ids of the run's edges in order. */
export function compareVerdicts(
  { count, verdicts, objects, bytesOf, sentBytes, spotOf, spots }: LogRecord,
  { fateOf, edgeOf }: Fates,
  popIds: readonly string[],
  from: number,
): Comparison {
  const table = loggedVerdicts.map(() => new Array<number>(fates).fill(0))
  const kinds = fateNames.map(name => kindOf[name])
  const silentRow = loggedVerdicts.indexOf('none')
  const pops = new Map<string, Comparison['pops'][number]>()
  const [logged, simulated] = [newSide(), newSide()]
  let [compared, silent, bytes, agreeing, samePop] = [0, 0, 0, 0, 0]
  for (let row = from; row < count; row++) {
    const [said, fate] = [verdicts[row]!, fateOf[row]!]
    const size = sentOf(sentBytes, row, bytesOf[objects[row]!]!)
    const id = spots[spotOf[row]!]!.pop || (popIds[edgeOf[row]!] ?? '-')
    table[said]![fate]!++
    if (said === silentRow) {
      silent++
      continue
    }
    const isAgreed = kinds[said] === kinds[fate]
    compared++
    bytes += size
    if (isAgreed) agreeing++
    if (popIds[edgeOf[row]!] === id) samePop++
    if (said <= Fate.stale) addHit(logged, size)
    if (fate <= Fate.stale) addHit(simulated, size)
    let pop = pops.get(id)
    if (pop === undefined) {
      pop = { id, requests: 0, loggedHits: 0, simulatedHits: 0, agreeing: 0 }
      pops.set(id, pop)
    }
    pop.requests++
    if (said <= Fate.stale) pop.loggedHits++
    if (fate <= Fate.stale) pop.simulatedHits++
    if (isAgreed) pop.agreeing++
  }
  return {
    warmupRequests: from,
    compared,
    silent,
    bytes,
    logged,
    simulated,
    table,
    agreeing,
    samePop,
    pops: [...pops.values()].sort((a, b) => b.requests - a.requests || (a.id < b.id ? -1 : 1)),
  }
}

function newSide(): Side {
  return { hits: 0, hitBytes: 0 }
}

function addHit(side: Side, bytes: number): void {
  side.hits++
  side.hitBytes += bytes
}

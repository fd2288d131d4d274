/** What a log says became of a request at its edge; the first seven as in a run, `none` where the log does not say. */
export const loggedVerdicts = ['hit', 'stale', 'revalidated', 'miss', 'join', 'pass', 'error', 'none'] as const
export type LoggedVerdict = (typeof loggedVerdicts)[number]

/** One line of a log. One such row is filled again and again; columns keep what is needed of it. */
export interface LogRow {
  /** Unix time. */
  timeMs: number
  method: string
  status: number
  /** Hash of host, path and query, 64 bits in two halves: no name of an object is kept. */
  idLow: number
  idHigh: number
  /** Bytes of the body that was sent; NaN where the log does not say. */
  bodyBytes: number
  /** How large the object is at least, as a part of it tells; NaN where it does not. */
  leastBytes: number
  verdict: LoggedVerdict
  /** Airport code of the PoP in capitals; '' where the log does not say. */
  pop: string
  /** Degrees, NaN where the log does not say. */
  lat: number
  lon: number
  /** Two capitals, or ''. */
  country: string
  /** Salted hash of the visitor's address: 64 bits in two halves; both 0 where there is none. */
  visitorLow: number
  visitorHigh: number
  /** The address itself, only for a look-up in a GeoIP file: '' unless that was asked for. It is not kept. */
  address: string
  /** False for what another tier of the same CDN asked for. */
  isVisitor: boolean
}

export function createLogRow(): LogRow {
  return {
    timeMs: 0,
    method: 'GET',
    status: 200,
    idLow: 0,
    idHigh: 0,
    bodyBytes: Number.NaN,
    leastBytes: Number.NaN,
    verdict: 'none',
    pop: '',
    lat: Number.NaN,
    lon: Number.NaN,
    country: '',
    visitorLow: 0,
    visitorHigh: 0,
    address: '',
    isVisitor: true,
  }
}

/** How a connection is opened. `reused` finds an open one. */
export type Protocol = 'reused' | 'tcp' | 'tls13' | 'tls12' | 'quic' | 'quic-0rtt'

/**
 * Round trips before the request itself can leave. Source: TCP: RFC 9293, 3.5; TLS 1.3: RFC 8446, 2; TLS 1.2: RFC 5246, 7.3;
 * QUIC and its 0-RTT: RFC 9000, 5 and 7, and RFC 9001, 4.6.
 */
export const handshakeRounds: Readonly<Record<Protocol, number>> = {
  reused: 0,
  tcp: 1,
  tls13: 2,
  tls12: 3,
  quic: 1,
  'quic-0rtt': 0,
}
export const protocols = Object.keys(handshakeRounds) as Protocol[]

/** Bytes of data in a TCP segment on an Ethernet path. */
export const segmentBytes = 1460
/** What a sender may send before the first acknowledgement: ten segments. Source: RFC 6928. */
export const initialWindowBytes = 10 * segmentBytes
/** Constant of the loss bound: about half of the 0.87 that the square root law has with delayed acknowledgements. */
const lossConstant = 0.45

/** Bytes in a millisecond of a rate in Mbit/s. */
export function bytesPerMsOf(mbps: number): number {
  return mbps * 125
}

/** Time to the first byte in ms: name look-up, handshake, the request's own round trip, and what the server thinks. */
export function firstByteMs(rounds: number, rttMs: number, thinkMs: number, dnsMs: number): number {
  return dnsMs + (rounds + 1) * rttMs + thinkMs
}

/** Windows that slow start needs for so many bytes, when each is twice the one before: ceil(log2(bytes / initial window + 1)). */
export function slowStartRounds(bytes: number): number {
  return 32 - Math.clz32(Math.ceil(bytes / initialWindowBytes))
}

/** Windows after which slow start fills the pipe: the least k with 2^k initial windows in a round trip at the full rate. */
export function roundsToFillPipe(rttMs: number, bytesPerMs: number): number {
  const windows = Math.ceil((rttMs * bytesPerMs) / initialWindowBytes)
  return 32 - Math.clz32(Math.max(1, Math.min(2 ** 31, windows)) - 1)
}

/** Bytes of the segments that carry so many bytes: the last one counts as full. */
function wholeSegments(bytes: number): number {
  return Math.ceil(bytes / segmentBytes) * segmentBytes
}

/**
 * Time from the first byte to the last in ms on a new connection: windows that double wait a round trip each, until the last
 * one or until they fill the pipe; what is left then flows at the full rate. No allocation. Source: RFC 5681, 3.1.
 */
export function slowStartMs(bytes: number, rttMs: number, bytesPerMs: number): number {
  const rounds = Math.min(Math.max(0, slowStartRounds(bytes) - 1), roundsToFillPipe(rttMs, bytesPerMs))
  return rounds * rttMs + (wholeSegments(bytes) - initialWindowBytes * (2 ** rounds - 1)) / bytesPerMs
}

/**
 * Bytes in a millisecond that a long transfer gets through a path that loses a share of its packets; Infinity without loss.
 * Source: Mathis, Semke, Mahdavi, Ott: The Macroscopic Behavior of the TCP Congestion Avoidance Algorithm, CCR 27(3), 1997.
 */
export function lossBoundBytesPerMs(rttMs: number, loss: number): number {
  return loss === 0 ? Number.POSITIVE_INFINITY : (lossConstant * segmentBytes) / (rttMs * Math.sqrt(loss))
}

/** Everything that the time of one request depends on. */
export interface RequestConditions {
  protocol: Protocol
  rttMs: number
  bytes: number
  /** Paid on a new connection only. */
  dnsMs?: number
  thinkMs?: number
  /** Infinity: no limit. */
  mbps?: number
  /** Share of packets lost. */
  loss?: number
}

/**
 * Time to the first and to the last byte of one request in ms. A reused connection has grown its window in earlier transfers:
 * it sends at once at the full rate. Loss counts from the segment where the first loss is expected; what comes after it flows
 * no faster than the loss bound.
 */
export function requestTime(conditions: RequestConditions): { firstByteMs: number; lastByteMs: number } {
  const { protocol, rttMs, bytes, dnsMs = 0, thinkMs = 0, mbps = Number.POSITIVE_INFINITY, loss = 0 } = conditions
  const isNew = protocol !== 'reused'
  const first = firstByteMs(handshakeRounds[protocol], rttMs, thinkMs, isNew ? dnsMs : 0)
  return { firstByteMs: first, lastByteMs: first + transferMs(bytes, rttMs, bytesPerMsOf(mbps), loss, isNew) }
}

/** Time from the first byte to the last in ms, with slow start on a new connection and the loss bound on a long transfer. */
export function transferMs(bytes: number, rttMs: number, bytesPerMs: number, loss: number, isNew: boolean): number {
  const cleanBytes = loss === 0 ? bytes : Math.min(bytes, segmentBytes * Math.ceil(1 / loss))
  const cleanMs = isNew ? slowStartMs(cleanBytes, rttMs, bytesPerMs) : wholeSegments(cleanBytes) / bytesPerMs
  if (cleanBytes === bytes) return cleanMs
  return cleanMs + wholeSegments(bytes - cleanBytes) / Math.min(bytesPerMs, lossBoundBytesPerMs(rttMs, loss))
}

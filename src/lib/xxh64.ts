/** A checksum of 64 bits over bytes that come in pieces. */
export interface Xxh64 {
  update(bytes: Uint8Array): void
  /** The checksum of what came so far. */
  digest(): bigint
}

const prime1 = 0x9e3779b185ebca87n
const prime2 = 0xc2b2ae3d27d4eb4fn
const prime3 = 0x165667b19e3779f9n
const prime4 = 0x85ebca77c2b2ae63n
const prime5 = 0x27d4eb2f165667c5n
const [prime1Low, prime1High] = [0x85ebca87 | 0, 0x9e3779b1 | 0]
const [prime2Low, prime2High] = [0x27d4eb4f | 0, 0xc2b2ae3d | 0]
const stripeBytes = 32

/**
 * XXH64 with seed 0. Stripes are worked on in halves of 32 bits, because big integers are a hundred times slower; the last bytes and the
 * end, once for a file, in big integers. Source: Y. Collet: xxHash fast digest algorithm, specification 0.1.1.
 */
export function createXxh64(): Xxh64 {
  /** Accumulator n: low half at 2n, high half at 2n + 1. */
  const lanes = new Int32Array(8)
  ;[prime1 + prime2, prime2, 0n, -prime1].forEach((start, lane) => {
    lanes[2 * lane] = Number(BigInt.asIntN(32, start))
    lanes[2 * lane + 1] = Number(BigInt.asIntN(32, start >> 32n))
  })
  const rest = new Uint8Array(stripeBytes)
  let held = 0
  let total = 0
  return {
    update(bytes) {
      total += bytes.length
      let at = 0
      if (held > 0) {
        at = Math.min(stripeBytes - held, bytes.length)
        rest.set(bytes.subarray(0, at), held)
        held += at
        if (held < stripeBytes) return
        takeStripes(lanes, rest, 0)
      }
      const end = takeStripes(lanes, bytes, at)
      held = bytes.length - end
      rest.set(bytes.subarray(end))
    },
    digest: () => finish(lanes, total, rest.subarray(0, held)),
  }
}

/** Works through all whole stripes from an index on; answers where they end. */
function takeStripes(lanes: Int32Array, bytes: Uint8Array, from: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = from
  for (; at + stripeBytes <= bytes.length; at += stripeBytes)
    for (let half = 0; half < 8; half += 2) {
      const inputLow = view.getInt32(at + 4 * half, true)
      const inputHigh = view.getInt32(at + 4 * half + 4, true)
      const laneLow = lanes[half]!
      const sumLow = (laneLow + Math.imul(inputLow, prime2Low)) | 0
      const carry = sumLow >>> 0 < laneLow >>> 0 ? 1 : 0
      const sumHigh = (lanes[half + 1]! + productHigh(inputLow, inputHigh, prime2Low, prime2High) + carry) | 0
      const turnedLow = (sumLow << 31) | (sumHigh >>> 1)
      const turnedHigh = (sumHigh << 31) | (sumLow >>> 1)
      lanes[half] = Math.imul(turnedLow, prime1Low)
      lanes[half + 1] = productHigh(turnedLow, turnedHigh, prime1Low, prime1High)
    }
  return at
}

/** The high half of the low 64 bits of a product of 64-bit numbers. */
function productHigh(aLow: number, aHigh: number, bLow: number, bHigh: number): number {
  const [a0, a1, b0, b1] = [aLow & 0xffff, aLow >>> 16, bLow & 0xffff, bLow >>> 16]
  const first = (Math.imul(a1, b0) >>> 0) + (Math.imul(a0, b0) >>> 16)
  const second = (Math.imul(a0, b1) >>> 0) + (first & 0xffff)
  const carried = (Math.imul(a1, b1) >>> 0) + (first >>> 16) + (second >>> 16)
  return (carried + Math.imul(aLow, bHigh) + Math.imul(aHigh, bLow)) | 0
}

const only64 = (value: bigint): bigint => BigInt.asUintN(64, value)
const turn = (value: bigint, bits: bigint): bigint => only64((value << bits) | (value >> (64n - bits)))
const round = (lane: bigint, input: bigint): bigint => only64(turn(only64(lane + input * prime2), 31n) * prime1)

function finish(halves: Int32Array, total: number, rest: Uint8Array): bigint {
  const lanes = [0, 2, 4, 6].map(at => (BigInt(halves[at + 1]! >>> 0) << 32n) | BigInt(halves[at]! >>> 0))
  let hash = prime5
  if (total >= stripeBytes) {
    hash = only64([1n, 7n, 12n, 18n].reduce((sum, bits, lane) => sum + turn(lanes[lane]!, bits), 0n))
    for (const lane of lanes) hash = only64((hash ^ round(0n, lane)) * prime1 + prime4)
  }
  hash = only64(hash + BigInt(total))
  const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength)
  let at = 0
  for (; at + 8 <= rest.length; at += 8)
    hash = only64(turn(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * prime1 + prime4)
  if (at + 4 <= rest.length) {
    hash = only64(turn(hash ^ only64(BigInt(view.getUint32(at, true)) * prime1), 23n) * prime2 + prime3)
    at += 4
  }
  for (; at < rest.length; at++) hash = only64(turn(hash ^ only64(BigInt(rest[at]!) * prime5), 11n) * prime1)
  hash = only64((hash ^ (hash >> 33n)) * prime2)
  hash = only64((hash ^ (hash >> 29n)) * prime3)
  return hash ^ (hash >> 32n)
}

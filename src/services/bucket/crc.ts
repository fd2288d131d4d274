// Cyclic redundancy checks that node:zlib lacks, over bytes that come in pieces, and the joining of two checksums into that of the whole.
// All are reflected: the lowest bit of a byte comes first. Source: R. Williams: A painless guide to CRC error detection algorithms, 1993.

/** CRC-32C. Source: RFC 3720, B.4; polynomial 0x1EDC6F41. */
export function crc32c(bytes: Uint8Array, before: number): number {
  let crc = ~before
  const [t0, t1, t2, t3] = castagnoli
  let at = 0
  for (const end = bytes.length - 3; at < end; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc = t3![crc & 255]! ^ t2![(crc >>> 8) & 255]! ^ t1![(crc >>> 16) & 255]! ^ t0![crc >>> 24]!
  }
  for (; at < bytes.length; at++) crc = t0![(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8)
  return ~crc >>> 0
}

const castagnoli = tables32(0x82f63b78, 4)

/** Slicing: table n is table 0 pushed on by n bytes. */
function tables32(polynomial: number, count: number): Int32Array[] {
  const tables = Array.from({ length: count }, () => new Int32Array(256))
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    tables[0]![byte] = crc
  }
  for (let table = 1; table < count; table++)
    for (let byte = 0; byte < 256; byte++) {
      const before = tables[table - 1]![byte]!
      tables[table]![byte] = tables[0]![before & 255]! ^ (before >>> 8)
    }
  return tables
}

/** A running CRC-64/NVME. Source: NVM Express NVM Command Set Specification 1.0, 5.2.1.3.4; polynomial 0xAD93D23594C93659. */
export interface Crc64 {
  update(bytes: Uint8Array): void
  value(): bigint
}

const nvme = 0x9a6c9329ac4bc9b5n
/** Eight tables of 256 entries, each with its low and its high half. */
const [nvmeLow, nvmeHigh] = tables64(nvme, 8)

/** In halves of 32 bits, eight bytes a step: big integers are a hundred times slower. */
export function createCrc64(): Crc64 {
  let low = -1
  let high = -1
  return {
    update(bytes) {
      const [lows, highs] = [nvmeLow, nvmeHigh]
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      let at = 0
      for (const end = bytes.length - 7; at < end; at += 8) {
        const a = low ^ view.getInt32(at, true)
        const b = high ^ view.getInt32(at + 4, true)
        const [i0, i1, i2, i3] = [
          1792 + (a & 255),
          1536 + ((a >>> 8) & 255),
          1280 + ((a >>> 16) & 255),
          1024 + (a >>> 24),
        ]
        const [i4, i5, i6, i7] = [768 + (b & 255), 512 + ((b >>> 8) & 255), 256 + ((b >>> 16) & 255), b >>> 24]
        low = lows[i0]! ^ lows[i1]! ^ lows[i2]! ^ lows[i3]! ^ lows[i4]! ^ lows[i5]! ^ lows[i6]! ^ lows[i7]!
        high = highs[i0]! ^ highs[i1]! ^ highs[i2]! ^ highs[i3]! ^ highs[i4]! ^ highs[i5]! ^ highs[i6]! ^ highs[i7]!
      }
      for (; at < bytes.length; at++) {
        const row = (low ^ bytes[at]!) & 255
        low = ((low >>> 8) | (high << 24)) ^ lows[row]!
        high = (high >>> 8) ^ highs[row]!
      }
    },
    value: () => (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0),
  }
}

function tables64(polynomial: bigint, count: number): [Int32Array, Int32Array] {
  const rows: bigint[] = []
  for (let byte = 0n; byte < 256n; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n
    rows.push(crc)
  }
  for (let row = 256; row < count * 256; row++) {
    const before = rows[row - 256]!
    rows.push(rows[Number(before & 255n)]! ^ (before >> 8n))
  }
  const low = Int32Array.from(rows, crc => Number(BigInt.asIntN(32, crc)))
  return [low, Int32Array.from(rows, crc => Number(BigInt.asIntN(32, crc >> 32n)))]
}

const polynomials = { CRC32: [0xedb88320n, 32], CRC32C: [0x82f63b78n, 32], CRC64NVME: [nvme, 64] } as const
export type CrcAlgorithm = keyof typeof polynomials

/**
 * The checksum of two pieces one after the other, from theirs and the length of the second. The first is pushed on by so many zero bytes, which is a
 * linear map of its bits; maps for powers of two are squares of each other. Source: M. Adler's crc32_combine in zlib (the idea).
 */
export function combineCrc(algorithm: CrcAlgorithm, first: bigint, second: bigint, secondBytes: number): bigint {
  const [polynomial, width] = polynomials[algorithm]
  let map = oneBitMap(polynomial, width)
  for (let doubling = 0; doubling < 3; doubling++) map = squared(map)
  let pushed = first
  for (let left = secondBytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) pushed = applied(map, pushed)
    if (left > 1) map = squared(map)
  }
  return pushed ^ second
}

/** What one zero bit does to each bit of a checksum. */
function oneBitMap(polynomial: bigint, width: number): bigint[] {
  return Array.from({ length: width }, (_, bit) => (bit === 0 ? polynomial : 1n << BigInt(bit - 1)))
}

function applied(map: readonly bigint[], value: bigint): bigint {
  let sum = 0n
  for (let bit = 0, left = value; left > 0n; bit++, left >>= 1n) if (left & 1n) sum ^= map[bit]!
  return sum
}

function squared(map: readonly bigint[]): bigint[] {
  return map.map(image => applied(map, image))
}

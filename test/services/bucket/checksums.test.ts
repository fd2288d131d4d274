import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { checksumOfParts, createChecksum, isChecksum } from '../../../src/services/bucket/checksums.ts'
import { combineCrc } from '../../../src/services/bucket/crc.ts'
import { type ChecksumAlgorithm, checksumAlgorithms } from '../../../src/services/bucket/object-model.ts'

const checkText = Buffer.from('123456789')

function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array, ...cuts: number[]): string {
  const checksum = createChecksum(algorithm)
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    checksum.update(bytes.subarray(from, cut))
    from = cut
  }
  return checksum.digest()
}

describe('checksums', () => {
  it('gives the check values of the catalogue of CRC algorithms for 123456789', () => {
    const hex = (algorithm: ChecksumAlgorithm): string =>
      Buffer.from(checksumOf(algorithm, checkText), 'base64').toString('hex')
    expect(hex('CRC32')).toBe('cbf43926')
    expect(hex('CRC32C')).toBe('e3069283')
    expect(hex('CRC64NVME')).toBe('ae8b14860a799888')
    expect(hex('SHA1')).toBe('f7c3bc1d808e04732adf679965ccc34ca7ae3441')
  })

  it.each(checksumAlgorithms)('%s is the same however the bytes are cut', algorithm => {
    const bytes = randomBytes(1000)
    const whole = checksumOf(algorithm, bytes)
    expect(isChecksum(algorithm, whole)).toBe(true)
    expect(isChecksum(algorithm, whole.slice(1))).toBe(false)
    for (const cuts of [[1], [7, 8], [3, 500, 999], [0, 0, 1000]])
      expect(checksumOf(algorithm, bytes, ...cuts)).toBe(whole)
  })

  it.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)('joins the %s of parts to that of the whole', algorithm => {
    const bytes = randomBytes(5000)
    const parts = [
      [0, 1],
      [1, 1],
      [1, 4097],
      [4097, 5000],
    ].map(([from, to], index) => ({
      number: index + 1,
      bytes: to! - from!,
      checksum: checksumOf(algorithm, bytes.subarray(from, to)),
    }))
    expect(checksumOfParts(algorithm, 'FULL_OBJECT', parts)?.value).toBe(checksumOf(algorithm, bytes))
    expect(checksumOfParts(algorithm, 'COMPOSITE', parts)?.value).toMatch(/-4$/)
  })

  it('joins CRC-32 as zlib does over gigabytes of zeros', () => {
    const first = crc32(checkText)
    const zeros = Buffer.alloc(1 << 20)
    let expected = first
    let ofZeros = 0
    for (let piece = 0; piece < 64; piece++) {
      expected = crc32(zeros, expected)
      ofZeros = crc32(zeros, ofZeros)
    }
    expect(combineCrc('CRC32', BigInt(first), BigInt(ofZeros), 64 << 20)).toBe(BigInt(expected))
  })
})

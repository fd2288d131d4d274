import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type CrcAlgorithm, combineCrc, crc32c, createCrc64 } from './crc.ts'
import type { Checksum, ChecksumAlgorithm, PartFacts } from './object-model.ts'

/** A checksum over bytes that come in pieces. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void
  /** In base64, as S3 writes it. */
  digest(): string
}

export function createChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case 'CRC32':
      return createChecksum32((bytes, before) => crc32(bytes, before))
    case 'CRC32C':
      return createChecksum32(crc32c)
    case 'CRC64NVME': {
      const crc = createCrc64()
      return { update: crc.update, digest: () => base64Of(crc.value(), 8) }
    }
    default: {
      const hash = createHash(algorithm === 'SHA1' ? 'sha1' : 'sha256')
      return { update: bytes => void hash.update(bytes), digest: () => hash.digest('base64') }
    }
  }
}

function createChecksum32(step: (bytes: Uint8Array, before: number) => number): RunningChecksum {
  let crc = 0
  return {
    update(bytes) {
      crc = step(bytes, crc)
    },
    digest: () => base64Of(BigInt(crc), 4),
  }
}

function base64Of(value: bigint, bytes: 4 | 8): string {
  return Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex').toString('base64')
}

/** Bytes of a checksum's binary form. */
export const checksumBytes: Record<ChecksumAlgorithm, number> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
}

/** True when a text may be a checksum of that kind. */
export function isChecksum(algorithm: ChecksumAlgorithm, text: string): boolean {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === checksumBytes[algorithm] && bytes.toString('base64') === text
}

/** The name of the field and of the XML element of a checksum. */
export const checksumField = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`
export const checksumElement = (algorithm: ChecksumAlgorithm): string => `Checksum${algorithm}`

/** The type that a multipart upload has when nobody chooses: CRC-64/NVME only goes over the whole, SHA only over parts. */
export function defaultChecksumType(algorithm: ChecksumAlgorithm): Checksum['type'] {
  return algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE'
}

/** The checksum of an object from those of its parts; undefined when a part has none. Source: Amazon S3 User Guide, "Checking object integrity", full object and composite checksums. */
export function checksumOfParts(
  algorithm: ChecksumAlgorithm,
  type: Checksum['type'],
  parts: readonly PartFacts[],
): Checksum | undefined {
  if (parts.some(part => part.checksum === undefined)) return undefined
  if (type === 'COMPOSITE') {
    const whole = createChecksum(algorithm)
    for (const part of parts) whole.update(Buffer.from(part.checksum!, 'base64'))
    return { algorithm, type, value: `${whole.digest()}-${parts.length}` }
  }
  let sum = 0n
  for (const part of parts)
    sum = combineCrc(
      algorithm as CrcAlgorithm,
      sum,
      BigInt(`0x${Buffer.from(part.checksum!, 'base64').toString('hex')}`),
      part.bytes,
    )
  return { algorithm, type, value: base64Of(sum, checksumBytes[algorithm] as 4 | 8) }
}

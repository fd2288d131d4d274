import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createXxh64 } from '../../src/lib/xxh64.ts'

const hashOf = (text: string): string => {
  const hash = createXxh64()
  hash.update(new TextEncoder().encode(text))
  return hash.digest().toString(16)
}

describe('XXH64', () => {
  it.each([
    ['', 'ef46db3751d8e999'],
    ['a', 'd24ec4f1a98c6e5b'],
    ['abc', '44bc2cf5ad770999'],
    ['Nobody inspects the spammish repetition', 'fbcea83c8a378bf1'],
  ])('of "%s" is the published one', (text, expected) => expect(hashOf(text)).toBe(expected))

  it('is the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 70 }), (bytes, piece) => {
        const [whole, cut] = [createXxh64(), createXxh64()]
        whole.update(bytes)
        for (let at = 0; at < bytes.length; at += piece) cut.update(bytes.subarray(at, at + piece))
        expect(cut.digest()).toBe(whole.digest())
      }),
    )
  })
})

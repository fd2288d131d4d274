import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canonicalJson, sha256 } from '../../src/scenario/hash.ts'

describe('sha256', () => {
  it('agrees with node:crypto at every length around the block borders', () => {
    for (let length = 0; length < 300; length++) {
      const text = Array.from({ length }, (_, index) => 'aé€'[index % 3]).join('')
      expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'))
    }
  })
})

describe('canonicalJson', () => {
  it('does not see the order of keys, and tells infinity from nothing', () => {
    expect(canonicalJson({ b: [1, { d: 1, c: 2 }], a: -0 })).toBe('{"a":0,"b":[1,{"c":2,"d":1}]}')
    expect(canonicalJson({ a: Number.POSITIVE_INFINITY })).not.toBe(canonicalJson({ a: null }))
  })
})

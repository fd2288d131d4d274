import { z } from 'zod'
import { defineAdmission } from '../../cache/admission.ts'
import { BloomFilter } from '../../lib/bloom.ts'

const params = z.strictObject({
  members: z.int().min(1).default(100_000).describe('Different objects that one filter remembers'),
  falsePositives: z.number().gt(0).lt(1).default(0.01).describe('Share of new objects taken for known ones'),
})

/**
 * Cache on the second hit: an object enters only when it tried before, as far as two Bloom filters remember. One filter is filled
 * while the other, filled before it, is still read; a full one replaces the older, so the memory is between one
 * and two times `members`. Three quarters of a CDN's objects are asked for once and stay out.
 */
export const secondHit = defineAdmission({
  name: 'second-hit',
  title: 'Only what was asked for before',
  source: 'B. M. Maggs, R. K. Sitaraman: Algorithmic nuggets in content delivery, CCR 2015, section 3 (Bloom filters)',
  params,
  create: (_, { members, falsePositives }) => {
    let young = new BloomFilter(members, falsePositives)
    let old = new BloomFilter(members, falsePositives)
    let added = 0
    return {
      seen() {},
      admits(id) {
        const inOld = old.has(id)
        if (young.add(id)) return true
        if (++added >= members) {
          const emptied = old
          old = young
          young = emptied
          young.clear()
          added = 0
        }
        return inOld
      },
      entered() {},
      left() {},
      metadataBytes: () => young.bytes + old.bytes,
    }
  },
})

import { z } from 'zod'
import { defineAdmission } from '../../cache/admission.ts'

const params = z.strictObject({
  bytes: z.number().gt(0).default(1_000_000).describe('The largest size that may enter'),
})

/** Lets in what is at most so large: a large object costs the room of many small ones. */
export const sizeLimit = defineAdmission({
  name: 'size-limit',
  title: 'Only objects up to a size',
  source: 'M. Abrams et al.: Caching proxies: limitations and potentials, WWW 1995 (LRU-THOLD)',
  params,
  create: (_, { bytes: limit }) => ({
    seen() {},
    admits: (_id, bytes) => bytes <= limit,
    entered() {},
    left() {},
    metadataBytes: () => 0,
  }),
})

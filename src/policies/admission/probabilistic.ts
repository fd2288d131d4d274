import { z } from 'zod'
import { defineAdmission } from '../../cache/admission.ts'

const params = z.strictObject({
  probability: z.number().min(0).max(1).default(0.5).describe('Chance of an object of size 0'),
  scaleBytes: z
    .number()
    .gt(0)
    .optional()
    .describe('c in exp(-size / c), by which the chance falls with the size; not given: the size does not matter'),
})

/**
 * Lets an object in by chance: what is asked for often gets many tries, what is asked for once mostly stays out. With a scale the
 * chance falls with the size as exp(-size / c).
 */
export const probabilistic = defineAdmission({
  name: 'probabilistic',
  title: 'By chance, less often for large objects',
  source: 'D. S. Berger et al.: AdaptSize, NSDI 2017, section 3 (the exponential rule with a fixed c)',
  params,
  create: ({ random }, { probability, scaleBytes = Number.POSITIVE_INFINITY }) => ({
    seen() {},
    admits: (_id, bytes) => random.unit() < probability * Math.exp(-bytes / scaleBytes),
    entered() {},
    left() {},
    metadataBytes: () => 0,
  }),
})

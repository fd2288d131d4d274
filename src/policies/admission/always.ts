import { z } from 'zod'
import { defineAdmission } from '../../cache/admission.ts'

/** Lets everybody in. */
export const always = defineAdmission({
  name: 'always',
  title: 'Everybody enters',
  source: 'The usual cache',
  params: z.strictObject({}),
  create: () => ({
    seen() {},
    admits: () => true,
    entered() {},
    left() {},
    metadataBytes: () => 0,
  }),
})

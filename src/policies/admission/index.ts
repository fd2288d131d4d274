import type { AdmissionDefinition } from '../../cache/admission.ts'
import { createRegistry } from '../../lib/registry.ts'
import { adaptsize } from './adaptsize.ts'
import { always } from './always.ts'
import { probabilistic } from './probabilistic.ts'
import { secondHit } from './second-hit.ts'
import { sizeLimit } from './size-limit.ts'
import { tinylfu } from './tinylfu.ts'

/** All admission rules, simple ones first. A new one is a file of its own and a line here. */
export const admissions = createRegistry<AdmissionDefinition>('admission', [
  always,
  sizeLimit,
  probabilistic,
  secondHit,
  adaptsize,
  tinylfu,
])

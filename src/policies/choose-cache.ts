import { Cache, type CacheOptions } from '../cache/cache.ts'
import type { Future } from '../cache/policy.ts'
import type { Random } from '../lib/random.ts'
import type { Spec } from '../lib/registry.ts'
import { admissions } from './admission/index.ts'
import { policies } from './index.ts'

/** A shelf as a scenario words it: names with parameters. */
export interface ChosenCache extends Pick<CacheOptions, 'onEvict'> {
  capacityBytes: number
  policy: Spec
  admission: Spec
  /** Its dice: streams of their own for the policy and for who may enter. */
  random: Random
  future: Future
}

/** A cache with the policy and the admission rule of these names. Throws UserError where there is none. */
export function chooseCache({ capacityBytes, policy, admission, random, future, ...rest }: ChosenCache): Cache {
  const order = policies.choose(policy)
  const gate = admissions.choose(admission)
  return new Cache({
    ...rest,
    capacityBytes,
    policy: order.definition.create({ capacityBytes, random: random.fork('policy'), future }, order.params),
    admission:
      gate.definition.name === 'always'
        ? null
        : gate.definition.create({ capacityBytes, random: random.fork('admission') }, gate.params),
  })
}

import type { Ms } from '../lib/clock.ts'
import type { BackendsPlan } from '../scenario/plan.ts'
import type { BucketStore } from '../services/bucket/bucket-store.ts'
import type { BucketEvent } from '../services/bucket/object-model.ts'
import { openStore } from '../services/bucket/open-bucket-store.ts'
import { defaultAccount } from '../services/identities.ts'
import type { DataFolder } from './data-folder.ts'
import { fillBucket } from './fill-bucket.ts'

const dayMs = 864e5

/** The storage pool that the buckets of a scenario share. */
export function poolOf({ buckets }: BackendsPlan): { nodes: number; replicas: number } {
  return {
    nodes: Math.max(1, ...buckets.map(({ nodes }) => nodes)),
    replicas: Math.max(1, ...buckets.map(({ replicas }) => replicas)),
  }
}

export interface BucketsToOpen {
  backends: BackendsPlan
  pathOf(reference: string): string
  region: string
  now(): Ms
  /** Where they are kept; in memory when left out. */
  data?: DataFolder | undefined
  onEvent(event: BucketEvent): void
}

/** Makes the buckets of a scenario with the objects of their folders; what a data folder keeps of them is left as it is. */
export async function openPlannedBuckets({ backends, pathOf, region, now, data, onEvent }: BucketsToOpen): Promise<{
  store: BucketStore
  /** Objects that each bucket begins with. */
  filled: Record<string, number>
}> {
  const store = await openStore({ ...poolOf(backends), now, onEvent, ...(data ? { folder: data.buckets } : {}) })
  const filled: Record<string, number> = {}
  for (const [index, { name, from }] of backends.buckets.entries()) {
    const isThere = store.hasBucket(name)
    const owner = { createdMs: now(), owner: defaultAccount, region, acl: 'private', documents: {} }
    if (!isThere) await store.createBucket({ name, versioning: 'never', ...owner })
    if (from !== '' && !(isThere && data?.isFilled(`bucket ${name}`))) {
      const origin = backends.origins.find(({ kind, target }) => kind === 'bucket' && target === index)
      await fillBucket(store, name, pathOf(from), origin?.maxAgeMs ?? dayMs)
      data?.noteFilled(`bucket ${name}`)
    }
    filled[name] = store.shelfOf(name).objects.size
  }
  return { store, filled }
}

import { Counter, Gauge, Registry } from 'prom-client'
import { buckets } from './counters.ts'
import type { LivePop } from './pop.ts'

/** What is measured: PoPs by id, and how many requests the origin has had. */
export interface Measured {
  pops: readonly { id: string; pop: LivePop }[]
  alive: Uint8Array
  originRequests(): number
}

/** Prometheus metrics, filled from the PoPs' counters when they are asked for: an answer costs nothing for them. */
export function createMetrics({ pops, alive, originRequests }: Measured): Registry {
  const registry = new Registry()
  const registers = [registry]
  new Counter({
    name: 'cdnlab_requests_total',
    help: 'Requests by PoP and by where they ended',
    labelNames: ['pop', 'bucket'],
    registers,
    collect() {
      this.reset()
      for (const { id, pop } of pops)
        for (const bucket of buckets) this.inc({ pop: id, bucket }, pop.counters.bucket[bucket])
    },
  })
  const counted = {
    collapsed: 'Requests that joined a fetch on its way',
    upstreamRequests: 'Requests sent to the upstream',
    truncated: 'Bodies that broke off on their way from the upstream',
    tooLarge: 'Answers not stored because of their size',
    slowClients: 'Connections closed because their client was too slow',
    purged: 'Responses purged',
  } as const
  for (const [key, help] of Object.entries(counted) as [keyof typeof counted, string][])
    new Counter({
      name: `cdnlab_${key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)}_total`,
      help,
      labelNames: ['pop'],
      registers,
      collect() {
        this.reset()
        for (const { id, pop } of pops) this.inc({ pop: id }, pop.counters[key])
      },
    })
  gauge('cdnlab_held_bytes', 'Bytes on the shelf', pop => pop.shelf.cache.heldBytes)
  gauge('cdnlab_held_objects', 'Responses on the shelf', pop => pop.shelf.objects)
  gauge('cdnlab_flights', 'Fetches under way', pop => pop.flights)
  gauge('cdnlab_up', '1 for a PoP that answers', (_, index) => alive[index]!)
  new Counter({
    name: 'cdnlab_origin_requests_total',
    help: 'Requests that the origin has had',
    registers,
    collect() {
      this.reset()
      this.inc(originRequests())
    },
  })
  return registry

  function gauge(name: string, help: string, of: (pop: LivePop, index: number) => number): void {
    new Gauge({
      name,
      help,
      labelNames: ['pop'],
      registers,
      collect() {
        for (const [index, { id, pop }] of pops.entries()) this.set({ pop: id }, of(pop, index))
      },
    })
  }
}

import { z } from 'zod'
import { defineRouter, leastCost } from '../router.ts'

export const lowestRtt = defineRouter({
  name: 'lowest-rtt',
  title: 'The PoP with the lowest round trip: what a perfect measurement would choose',
  source: 'Chen, Sitaraman, Torres: End-User Mapping, SIGCOMM 2015',
  params: z.strictObject({}),
  create:
    ({ rttMs }) =>
    (place, alive) =>
      leastCost(rttMs, place, alive),
})

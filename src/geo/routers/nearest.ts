import { z } from 'zod'
import { defineRouter, leastCost } from '../router.ts'

export const nearest = defineRouter({
  name: 'nearest',
  title: 'The nearest PoP by great circle',
  source: 'the usual rule of geographic DNS',
  params: z.strictObject({}),
  create:
    ({ distanceKm }) =>
    (place, alive) =>
      leastCost(distanceKm, place, alive),
})

import { z } from 'zod'
import { fibreMsPerKm, vectorDistanceKm } from '../distance.ts'
import { defineRttModel } from '../rtt.ts'

/** The lower bound: light in glass along the great circle. A stretch of 2 is a common first guess for real routes. */
export const fibre = defineRttModel({
  name: 'fibre',
  title: 'Light in fibre along the great circle: what nothing beats',
  source: '2 d n / c with n = 1.468, the index of telecom fibre',
  params: { stretch: z.number().min(1).max(100).default(1) },
  between: (_atlas, { stretch }) => {
    const msPerKm = stretch * fibreMsPerKm
    return (from, to) => (i, j) => msPerKm * vectorDistanceKm(from, i, to, j)
  },
})

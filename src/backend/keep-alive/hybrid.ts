import { z } from 'zod'
import type { Ms } from '../../lib/clock.ts'
import { defineKeepAlive, type KeepAlive, type Windows } from '../keep-alive.ts'
import { durationParam } from './duration.ts'

const params = z.strictObject({
  range: durationParam('4h'),
  bin: durationParam('1m'),
  head: z.number().min(0).max(1).default(0.05),
  tail: z.number().min(0).max(1).default(0.99),
  margin: z.number().min(0).max(1).default(0.1),
  representative: z.number().min(0).default(2),
})

/** A forecast keeps this share on both sides of itself. */
const forecastMargin = 0.15
/** A forecast is the mean of this many of the last pauses. */
const forecastPauses = 10
/** With fewer pauses than this nothing has been learnt yet. */
const leastPauses = 2

export const hybrid = defineKeepAlive({
  name: 'hybrid',
  title: 'Learns the pauses: unloads, loads again shortly before the next event, and waits until it should have come',
  source:
    'Shahrad et al., Serverless in the Wild, USENIX ATC 2020, section 4.2; the time series model is ARIMA(0,0,0), a mean',
  params,
  create({ range, bin, head, tail, margin, representative }): KeepAlive {
    const bins = new Float64Array(Math.max(1, Math.ceil(range / Math.max(bin, 1))))
    const binMs = range / bins.length
    const standard: Windows = { preWarmMs: 0, keepAliveMs: range }
    const recent: Ms[] = []
    let inside = 0
    let outside = 0

    /** The spread of the bins' counts: low when pauses are of all lengths, and the histogram says nothing. */
    const variation = (): number => {
      const mean = inside / bins.length
      let squares = 0
      for (const count of bins) squares += (count - mean) ** 2
      return Math.sqrt(squares / bins.length) / mean
    }
    const binAt = (share: number): number => {
      let left = share * inside
      for (let at = 0; at < bins.length; at++) {
        left -= bins[at]!
        if (left <= 0 && bins[at]! > 0) return at
      }
      return bins.length - 1
    }
    const between = (from: Ms, until: Ms): Windows => {
      // Unloading for less than one bin saves nothing that the histogram could see.
      const preWarmMs = from < binMs ? 0 : from
      return { preWarmMs, keepAliveMs: until - preWarmMs }
    }
    return {
      paused(ms) {
        recent.push(ms)
        if (recent.length > forecastPauses) recent.shift()
        if (ms < range) {
          bins[Math.floor(ms / binMs)]!++
          inside++
        } else outside++
      },
      windows() {
        if (inside + outside < leastPauses) return standard
        if (outside > inside) {
          const forecast = recent.reduce((sum, ms) => sum + ms, 0) / recent.length
          return between(forecast * (1 - forecastMargin), forecast * (1 + forecastMargin))
        }
        if (variation() < representative) return standard
        // Head rounded down, tail rounded up to whole bins, each with its margin.
        return between(binAt(head) * binMs * (1 - margin), (binAt(tail) + 1) * binMs * (1 + margin))
      },
    }
  },
})

import { expect, it } from 'vitest'
import { createRandom } from '../../src/lib/random.ts'
import { createRecorder } from '../../src/sim/recorder.ts'
import { createBatch } from '../../src/traffic/traffic.ts'

it('spreads the requests of a whole second no further than the next request', () => {
  const { sink, source } = createRecorder([{ lat: 0, lon: 0 }], 100)
  for (const seconds of [7, 7, 7, 7, 7.01, 7.01, 8, 8, 10]) sink.row(seconds, 1, 0, 100, Number.NaN, Number.NaN)
  const batch = createBatch(1 << 18)
  source().open([1], createRandom(1, 'test')).next(batch)
  const times = [...batch.timesMs.subarray(0, batch.count)].map(ms => Number(ms.toFixed(6)))
  expect(times).toEqual([0, 2.5, 5, 7.5, 10, 10, 1000, 1500, 3000])
})

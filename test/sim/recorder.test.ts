import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/lib/random.ts'
import { UserError } from '../../src/lib/user-error.ts'
import { createRecorder } from '../../src/sim/recorder.ts'
import { blockRows } from '../../src/traffic/replayed.ts'
import { createBatch } from '../../src/traffic/traffic.ts'

const unknown = Number.NaN
const paris = { lat: 48.8, lon: 2.3 }
const tokyo = { lat: 35.7, lon: 139.7 }
const nowhere = { lat: unknown, lon: unknown }

/** What a recorder replays: rows of time, object and place. Places that nobody knows are drawn, from the weights. */
function replayed({ source }: Pick<ReturnType<typeof createRecorder>, 'source'>, weights = [1]): number[][] {
  const traffic = source().open(weights, createRandom(1, 'test'))
  const batch = createBatch(blockRows)
  const rows: number[][] = []
  while (traffic.next(batch))
    for (let row = 0; row < batch.count; row++)
      rows.push([Number(batch.timesMs[row]!.toFixed(6)), batch.objects[row]!, batch.places[row]!])
  return rows
}

const timesOf = (rows: readonly number[][]): number[] => rows.map(([ms]) => ms!)

describe('what a recorder keeps of a trace', () => {
  it('spreads the requests of a whole second no further than the next request', () => {
    const recorder = createRecorder([paris], 100)
    for (const seconds of [7, 7, 7, 7, 7.01, 7.01, 8, 8, 10]) recorder.sink.row(seconds, 1, 0, 100, unknown, unknown)
    expect(timesOf(replayed(recorder))).toEqual([0, 2.5, 5, 7.5, 10, 10, 1000, 1500, 3000])
  })

  it('spreads every second up to the next request, not only the first one', () => {
    const recorder = createRecorder([paris], 100)
    for (const seconds of [5, 9, 9, 9.5]) recorder.sink.row(seconds, 1, 0, 100, unknown, unknown)
    expect(timesOf(replayed(recorder))).toEqual([0, 4000, 4250, 4500])
  })

  it('spreads the last second, with which a trace ends, over all of it', () => {
    const recorder = createRecorder([paris], 100)
    for (const seconds of [5, 6, 6, 6, 6]) recorder.sink.row(seconds, 1, 0, 100, unknown, unknown)
    const { durationMs, requests } = recorder.source()
    expect([durationMs, requests]).toEqual([2000, 5])
    expect(timesOf(replayed(recorder))).toEqual([0, 1000, 1250, 1500, 1750])
  })

  it('numbers objects as they come, by all 64 bits of their ids, each as large as at first', () => {
    const recorder = createRecorder([paris], 100)
    recorder.sink.row(0, 7, 0, 100, unknown, unknown)
    recorder.sink.row(0.1, 7, 1, 200, unknown, unknown, true)
    recorder.sink.row(0.2, 7, 0, 999, unknown, unknown, true)
    recorder.sink.row(0.3, 8, 0, 300, unknown, unknown)
    recorder.sink.row(0.4, 7, 1, 200, unknown, unknown)
    const { catalog } = recorder.source()
    expect(replayed(recorder).map(([, object]) => object)).toEqual([0, 1, 0, 2, 1])
    expect(catalog.count).toBe(3)
    expect([...catalog.bytesOf]).toEqual([100, 200, 300])
    expect([0, 1, 2].map(catalog.pathOf)).toEqual(['/objects/0', '/uncacheable/1', '/objects/2'])
  })

  it('has room for many objects', () => {
    const objects = 9000
    const recorder = createRecorder([paris], objects)
    for (let object = 0; object < objects; object++)
      recorder.sink.row(object / 10, object, 0, object + 1, unknown, unknown, object % 1000 === 999)
    const { catalog } = recorder.source()
    expect([...catalog.bytesOf]).toEqual(Array.from({ length: objects }, (_, object) => object + 1))
    expect([...catalog.classOf].flatMap((kind, object) => (kind === 1 ? [object] : []))).toEqual(
      Array.from({ length: 9 }, (_, thousand) => 1000 * thousand + 999),
    )
  })

  it('puts a request at the nearest place where both coordinates are known, else where most people are', () => {
    const recorder = createRecorder([paris, tokyo], 100)
    recorder.sink.row(0, 1, 0, 100, 36, 140)
    recorder.sink.row(1, 1, 0, 100, 49, 2)
    recorder.sink.row(2, 1, 0, 100, 36, unknown)
    recorder.sink.row(3, 1, 0, 100, unknown, 140)
    recorder.sink.row(4, 1, 0, 100, unknown, unknown)
    expect(replayed(recorder, [1, 0]).map(([, , place]) => place)).toEqual([1, 0, 0, 0, 0])
    const again = createRecorder([paris, tokyo], 100)
    again.sink.row(0, 1, 0, 100, unknown, unknown)
    expect(replayed(again, [0, 1]).map(([, , place]) => place)).toEqual([1])
  })

  it('tells what it left out and mended, and nothing of what did not happen', () => {
    const recorder = createRecorder([paris], 100)
    recorder.sink.row(10, 1, 0, 100, unknown, unknown)
    recorder.sink.row(11.5, 1, 0, 100, unknown, unknown)
    expect(recorder.notes()).toEqual({})
    recorder.sink.row(9, 2, 0, 0, unknown, unknown)
    expect(recorder.notes()).toEqual({ 'requests of size 0 left out': 1 })
    recorder.sink.row(11.2, 2, 0, 50, unknown, unknown)
    recorder.sink.row(11.5, 2, 0, 50, unknown, unknown)
    recorder.sink.row(10.9, 2, 0, 50, unknown, unknown)
    recorder.sink.row(12.5, 1, 0, 101, unknown, unknown)
    expect(recorder.notes()).toEqual({
      'requests of size 0 left out': 1,
      'requests earlier than the one before, taken at its time': 2,
      'requests with another size than the first to their object, which counts': 1,
    })
    expect(recorder.count()).toBe(6)
    expect(timesOf(replayed(recorder))).toEqual([0, 1500, 1500, 1500, 1500, 2500])
  })

  it('says when it has as many requests as are wanted, and keeps those', () => {
    const recorder = createRecorder([paris], 2)
    recorder.sink.row(0, 1, 0, 100, unknown, unknown)
    recorder.sink.row(1, 2, 0, 100, unknown, unknown)
    // What is left out anyway is not one too many.
    recorder.sink.row(2, 3, 0, 0, unknown, unknown)
    expect(() => recorder.sink.row(2, 3, 0, 100, unknown, unknown)).toThrow(recorder.full)
    expect(recorder.count()).toBe(2)
    expect(replayed(recorder)).toEqual([
      [0, 0, 0],
      [1000, 1, 0],
    ])
  })

  it('refuses a trace of nothing', () => {
    const recorder = createRecorder([paris], 2)
    recorder.sink.row(0, 1, 0, 0, unknown, unknown)
    expect(() => recorder.source()).toThrow(new UserError('the trace has no request'))
  })

  it('loses nothing and spreads as before where a second is cut by the end of a block, or is longer than one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(1, 3, 1000, blockRows - 1000, blockRows - 1, blockRows, blockRows + 1), {
          minLength: 1,
          maxLength: 3,
        }),
        counts => {
          const rows = counts.reduce((sum, count) => sum + count, 0)
          const recorder = createRecorder([paris, tokyo], rows)
          let object = 0
          for (const [second, count] of counts.entries())
            for (let row = 0; row < count; row++) {
              const { lat, lon } = object % 50 === 0 ? tokyo : nowhere
              recorder.sink.row(second, object++ % 977, 0, 100, lat, lon)
            }
          const all = replayed(recorder, [1, 0])
          expect(all).toHaveLength(rows)
          let [row, start] = [0, 0]
          for (const [second, count] of counts.entries()) {
            for (; row < start + count; row++) {
              const [ms, id, place] = all[row]!
              const isInSecond = ms! >= 1000 * second && ms! < 1000 * (second + 1)
              const isInOrder = row === start || ms! >= all[row - 1]![0]!
              // Spread evenly: each at its own share of the second, unless they are more than a block holds.
              const isEven = count > blockRows || Math.abs(ms! - 1000 * (second + (row - start) / count)) < 1e-5
              const isItself = id === row % 977 && place === (row % 50 === 0 ? 1 : 0)
              if (!isInSecond || !isInOrder || !isEven || !isItself) throw new Error(`row ${row} at ${ms}`)
            }
            start = row
          }
        },
      ),
      { numRuns: 6, seed: 2, examples: [[[1000, blockRows - 1, 3]], [[blockRows, 3]], [[blockRows + 1, 1]]] },
    )
  })
})

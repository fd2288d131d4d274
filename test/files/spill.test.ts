import { closeSync, openSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createSpillingStore } from '../../src/files/spill.ts'
import { writeColumn } from '../../src/files/spill-file.ts'
import { createRandom } from '../../src/lib/random.ts'
import { createRecorder } from '../../src/sim/recorder.ts'
import { type BlockStore, blockRows, createMemoryStore } from '../../src/traffic/replayed.ts'
import { createBatch } from '../../src/traffic/traffic.ts'

const places = [
  { lat: 48.8, lon: 2.3 },
  { lat: 35.7, lon: 139.7 },
]

/** The requests of a made-up trace after they went through a store. */
function replay(store: BlockStore, rows: number): number[][] {
  const recorder = createRecorder(places, Number.POSITIVE_INFINITY, store)
  for (let row = 0; row < rows; row++) {
    const isPlaced = row % 3 === 0
    recorder.sink.row(
      Math.floor(row / 7),
      row % 1000,
      0,
      10 + (row % 5),
      isPlaced ? 36 : Number.NaN,
      isPlaced ? 140 : Number.NaN,
    )
  }
  const traffic = recorder.source().open([1, 1], createRandom(1))
  const batch = createBatch(1 << 20)
  const all: number[][] = []
  while (traffic.next(batch))
    for (let row = 0; row < batch.count; row++)
      all.push([batch.first + row, batch.timesMs[row]!, batch.objects[row]!, batch.places[row]!])
  return all
}

describe('a trace larger than memory', () => {
  it('comes back from the file as from memory, in order, with its times spread over their seconds', () => {
    const rows = 2 * blockRows + 1234
    const fromMemory = replay(createMemoryStore(), rows)
    expect(fromMemory).toHaveLength(rows)
    fromMemory.forEach(([number, timeMs, object, place], row) => {
      if (number !== row || object !== row % 1000 || (row % 3 === 0 && place !== 1)) throw new Error(`row ${row}`)
      if (row > 0 && timeMs! < fromMemory[row - 1]![1]!) throw new Error(`time of row ${row}`)
    })
    expect(fromMemory.slice(0, 8).map(([, timeMs]) => Math.round(timeMs!))).toEqual([
      0, 143, 286, 429, 571, 714, 857, 1000,
    ])
    expect(replay(createSpillingStore(1), rows)).toEqual(fromMemory)
  })

  it('says where it wanted to lie when there is no room for it', () => {
    const full = openSync('/dev/full', 'r+')
    expect(() => writeColumn(full, new Int32Array(9), 0)).toThrow(/larger than memory needs room in .*\(TMPDIR/)
    closeSync(full)
  })
})

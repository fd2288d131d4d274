import { expect, it } from 'vitest'
import { createSizeChanges } from '../../src/traffic/size-changes.ts'

it('counts the requests whose size is not that of the first request for their object, however they are cut', () => {
  const ids: number[] = []
  const bytes: number[] = []
  const firstOf = new Map<number, number>()
  let expected = 0
  for (let row = 0; row < 40_000; row++) {
    const isNew = row % 3 === 0
    const id = isNew ? firstOf.size : (row * 7919) % firstOf.size
    const size = row % 11 === 0 ? 2 ** 32 - 1 - (row % 2) : 100 + (id % 7)
    if (!firstOf.has(id)) firstOf.set(id, size)
    else if (firstOf.get(id) !== size) expected++
    ids.push(id)
    bytes.push(size)
  }
  expect(expected).toBeGreaterThan(100)
  for (const piece of [1, 777, 40_000]) {
    const changes = createSizeChanges()
    for (let from = 0; from < ids.length; from += piece)
      changes.take(Int32Array.from(ids.slice(from, from + piece)), Uint32Array.from(bytes.slice(from, from + piece)))
    expect(changes.count).toBe(expected)
  }
})

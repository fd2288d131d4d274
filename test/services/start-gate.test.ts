import { describe, expect, it } from 'vitest'
import { createStartGate } from '../../src/services/functions/start-gate.ts'

describe('the gate before new threads', () => {
  it('lets in as many as there are places, then each in its turn', () => {
    const gate = createStartGate(2)
    const begun: number[] = []
    for (let id = 0; id < 5; id++) gate.enter(() => begun.push(id))
    expect(begun).toEqual([0, 1])
    gate.leave()
    expect(begun).toEqual([0, 1, 2])
    for (let count = 0; count < 4; count++) gate.leave()
    expect(begun).toEqual([0, 1, 2, 3, 4])
    gate.enter(() => begun.push(5))
    gate.enter(() => begun.push(6))
    gate.enter(() => begun.push(7))
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('passes a place on that is given back at once', () => {
    const gate = createStartGate(1)
    const begun: number[] = []
    gate.enter(() => undefined)
    for (let id = 0; id < 20_000; id++)
      gate.enter(() => {
        begun.push(id)
        gate.leave()
      })
    expect(begun.length).toBe(0)
    gate.leave()
    expect(begun.length).toBe(20_000)
  })
})

import { describe, expect, it } from 'vitest'
import { expandGrid, parseAxis } from '../../src/scenario/grid.ts'

describe('grid', () => {
  it('reads values, ranges and flow values, and drops repetitions', () => {
    expect(parseAxis('edge.policy=lru, s3-fifo,lru')).toEqual({ key: 'edge.policy', values: ['lru', 's3-fifo'] })
    expect(parseAxis('seed=1..4,9').values).toEqual(['1', '2', '3', '4', '9'])
    expect(parseAxis('seed=3..1').values).toEqual(['3', '2', '1'])
    expect(parseAxis('pops={map: fastly, take: 3},"a,b"').values).toEqual(['{map: fastly, take: 3}', '"a,b"'])
  })

  it.each(['seed', '=1', 'seed=', 'seed=1,,2', 'seed=1..9999999'])('refuses %s', text =>
    expect(() => parseAxis(text)).toThrow(/--grid/),
  )

  it('expands with the last axis turning fastest', () => {
    const cells = expandGrid([parseAxis('a=1,2'), parseAxis('b=x,y,z')])
    expect(cells.map(cell => cell.map(({ value }) => value).join(''))).toEqual(['1x', '1y', '1z', '2x', '2y', '2z'])
    expect(expandGrid([])).toEqual([[]])
    expect(() => expandGrid([parseAxis('a=1'), parseAxis('a=2')])).toThrow(/twice/)
  })
})

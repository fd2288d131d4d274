import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadAtlas } from '../../src/files/atlas.ts'
import { addEvent, edgesOf, freshId, removeValue, setPops, setTtl, setValue } from '../../src/lab/edit.ts'
import { planText } from '../../src/lab/engine.ts'

const text = `# what it is
pops: world-20 # a map
traffic: {objects: 1000, requests: 1000}
`

describe('writing into a scenario', () => {
  it('keeps comments and other keys', () => {
    const changed = setValue(text, ['edge', 'policy'], 'sieve')
    expect(changed).toContain('# what it is')
    expect(changed).toContain('# a map')
    expect(parse(changed)).toEqual({ ...parse(text), edge: { policy: 'sieve' } })
  })

  it('puts a map where a plain value was', () => {
    expect(parse(setValue('edge: null\n', ['edge', 'policy'], 'fifo'))).toEqual({ edge: { policy: 'fifo' } })
    expect(parse(setValue('', ['seed'], 7))).toEqual({ seed: 7 })
  })

  it('leaves a broken text as it is', () => {
    const broken = 'pops: [1, 2\n'
    expect(setValue(broken, ['seed'], 7)).toBe(broken)
  })

  it('takes a value out, and does not mind when there is none', () => {
    expect(parse(removeValue('shields: []\nseed: 1\n', ['shields']))).toEqual({ seed: 1 })
    expect(parse(removeValue('seed: 1\n', ['visitors', 'access']))).toEqual({ seed: 1 })
  })

  it('turns a map into a list of the same PoPs, which keep what they say of themselves', () => {
    const edges = edgesOf(planText(text, loadAtlas()))
    const listed = setPops(text, edges)
    expect(edgesOf(planText(listed, loadAtlas())).map(({ id }) => id)).toEqual(edges.map(({ id }) => id))
    const own = 'pops: [{id: A, at: Paris, capacity: 5MB}]\n'
    const moved = setPops(own, [{ id: 'A', place: { lat: 1, lon: 2 } }])
    expect(parse(moved).pops).toEqual([{ id: 'A', at: { lat: 1, lon: 2 }, capacity: '5MB' }])
  })

  it('writes after its own changes what it writes after reading the text again', () => {
    const steps: ((text: string) => string)[] = [
      from => setValue(from, ['edge', 'policy'], 'sieve'),
      from => setPops(from, edgesOf(planText(from, loadAtlas()))),
      from => addEvent(from, { at: '1s', type: 'purge' }),
      from => setPops(from, edgesOf(planText(from, loadAtlas())).slice(1)),
      from => setTtl(from, '60s'),
      from => setValue(from, ['edge'], { capacity: 5_000_000 }),
      from => removeValue(from, ['events']),
    ]
    let [kept, read] = [text, text]
    for (const step of steps) kept = step(kept)
    for (const step of steps) {
      setValue('seed: 1\n', ['seed'], 2)
      read = step(read)
    }
    expect(kept).toBe(read)
  })

  it('adds events to none and to some', () => {
    const one = addEvent(text, { at: '1s', type: 'purge' })
    const two = addEvent(one, { at: '2s', type: 'origin-down', for: '1s' })
    expect(parse(two).events).toEqual([
      { at: '1s', type: 'purge' },
      { at: '2s', type: 'origin-down', for: '1s' },
    ])
    expect(planText(two, loadAtlas()).events.map(({ type }) => type)).toEqual(['purge', 'origin-down', 'origin-up'])
  })

  it('sets the lifetime of the last rule, or makes one', () => {
    expect(parse(setTtl(text, '60s')).behaviors).toEqual([{ path: '*', cache: { ttl: '60s' } }])
    const rules = 'behaviors:\n  - {path: /a, cache: {ttl: 1s}}\n  - {path: "*"}\n'
    expect(parse(setTtl(rules, '60s')).behaviors).toEqual([
      { path: '/a', cache: { ttl: '1s' } },
      { path: '*', cache: { ttl: '60s' } },
    ])
  })

  it('finds an id that nobody has, from any name', () => {
    expect(freshId('São Paulo', new Set())).toBe('SAO')
    expect(freshId('São Paulo', new Set(['sao', 'sao2']))).toBe('SAO3')
    expect(freshId('東京', new Set())).toBe('POP')
  })
})

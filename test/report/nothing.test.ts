import { describe, expect, it } from 'vitest'
import { reportCsv, reportHtml, reportJson, reportMarkdown, reportText, simulate } from '#cdnlab/index.js'

const one = { id: 'a', at: 'Tokyo' }
const few = { objects: 5, requests: 50 }

/** Worlds in which some figure has nothing under its line. */
const worlds: [name: string, scenario: object, requests: number][] = [
  ['one request', { traffic: { objects: 1, requests: 1 } }, 1],
  ['no request, since there is no time for one', { traffic: { objects: 1, duration: '1ms' } }, 0],
  ['nothing that may be stored', { traffic: few, behaviors: [{ cache: { uncacheable: '100%' } }] }, 50],
  ['every PoP down', { traffic: few, events: [{ at: '0s', type: 'pop-down', pop: 'a' }] }, 50],
  ['the origin down', { traffic: few, events: [{ at: '0s', type: 'origin-down' }] }, 50],
  ['lifetimes of nothing', { traffic: few, behaviors: [{ cache: { ttl: '0s' } }] }, 50],
  ['room for one object', { traffic: { ...few, sizes: 'fixed:bytes=1000' }, edge: { capacity: 1000 } }, 50],
  [
    'poles and both sides of the antimeridian',
    {
      pops: ['90,0', '-90,0', '0,180', '0,-180'].map((at, index) => ({ id: `p${index}`, at })),
      visitors: { cities: ['90,0', '-90,10', '0,180'].map(at => ({ at })) },
      origin: { at: '-90,0' },
      traffic: few,
    },
    50,
  ],
]

describe('a run with next to nothing', () => {
  it.each(worlds)('%s: figures or no figure, never NaN', async (_name, scenario, requests) => {
    const result = await simulate({ pops: [one], warmup: 'none', ...scenario })
    expect(result.headline.requests!.value).toBe(requests)
    const page = (await reportHtml(result)).replace(/<(script|style)>[\s\S]*?<\/\1>/g, '')
    for (const text of [reportText(result), reportMarkdown(result), reportCsv(result), reportJson(result), page])
      expect(/.{0,60}(?:\bNaN\b|undefined|Infinity).{0,20}/.exec(text)?.[0]).toBeUndefined()
  })

  it('two PoPs at one place: the first by id serves', async () => {
    const at = '10,10'
    const pops = [{ id: 'b', at }, { id: 'a', at }] // biome-ignore format: a list
    const result = await simulate({
      pops,
      visitors: { cities: [{ at }] },
      origin: { at },
      traffic: few,
      warmup: 'none',
    })
    expect(result.pops.map(({ id, requests }) => [id, requests])).toEqual([['a', 50], ['b', 0]]) // biome-ignore format: a list
  })
})

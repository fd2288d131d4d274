import { describe, expect, it } from 'vitest'
import { compare, extend, reportHtml, reportMarkdown, reportText, serve, simulate, UserError } from '#cdnlab/index.js'

// Each of these is an example of how the package is used from a program.
describe('the package', () => {
  it('simulates a shipped scenario, a changed one, and one given as an object', async () => {
    const shipped = await simulate('three-pops', { set: ['traffic.requests=20000'] })
    const smaller = await simulate('three-pops', { set: ['traffic.requests=20000', 'edge.capacity=5MB'] })
    expect(smaller.headline.hit_ratio!.value).toBeLessThan(shipped.headline.hit_ratio!.value)
    const own = await simulate({
      pops: [{ id: 'FRA', at: 'Frankfurt' }],
      traffic: { objects: 10, requests: 1000, rate: '1/s' },
      warmup: 'none',
    })
    // Ten objects, each missed once.
    expect(own.headline.hit_ratio!.value).toBeCloseTo(0.99, 5)
  })

  it('tells the same result as text, Markdown and HTML', async () => {
    const result = await simulate('three-pops', { set: ['traffic.requests=5000'], seed: 4 })
    expect(result.manifest.seed).toBe(4)
    for (const report of [reportText(result), reportMarkdown(result), await reportHtml(result)])
      expect(report).toContain('Three PoPs on three continents')
  })

  it('compares policies with the counts of the command line', async () => {
    const { rows } = await compare(['zipf:alpha=1,objects=1000,requests=20000,seed=1'], {
      policies: ['fifo', 'lru', 'slru:segments=5'],
      sizes: [0.1, 500],
      ignoreSize: true,
      workers: 1,
    })
    expect(rows.map(({ policy, size }) => [policy, size > 100])).toHaveLength(6)
    const missesOf = (policy: string): number => rows.find(row => row.policy === policy && row.size === 500)!.misses
    expect(missesOf('lru')).toBeLessThan(missesOf('fifo'))
  })

  it('serves a scenario over real HTTP', async () => {
    const network = await serve('three-pops')
    try {
      const ask = (): Promise<Response> => fetch(`${network.door.url}/hello.txt?from=Frankfurt`)
      expect((await ask()).status).toBe(200)
      const again = await ask()
      await again.arrayBuffer()
      expect(again.headers.get('cache-status')).toMatch(/hit/)
    } finally {
      await network.close(true)
    }
  })

  it('takes extensions, and tells mistakes as UserError', async () => {
    extend({
      routers: [
        {
          name: 'always-last',
          title: '',
          source: '',
          create:
            ({ pops }) =>
            () =>
              pops.length - 1,
          settleMs: () => 0,
        },
      ],
    })
    const { pops } = await simulate('three-pops', { set: ['traffic.requests=2000', 'router=always-last'] })
    expect(pops.filter(({ requests }) => requests > 0)).toHaveLength(1)
    await expect(simulate({ pops: [{ id: 'FRA', at: 'Frankfrut' }] })).rejects.toThrow(UserError)
    expect(() => extend({ policies: [{ name: 'lru' } as never] })).toThrow('no function create')
  })
})

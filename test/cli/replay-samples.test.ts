import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { replayLogs } from '../../src/cli/replay-action.ts'
import type { ReplayReport } from '../../src/report/replay.ts'

const folder = 'scenarios/logs'
const samples = readdirSync(folder).filter(name => name.endsWith('.gz'))
const output = join(mkdtempSync(join(tmpdir(), 'cdnlab-samples-')), 'report.json')

describe('the logs that are shipped', () => {
  it('hold no address that anybody has', () => {
    for (const name of samples) {
      const text = gunzipSync(readFileSync(join(folder, name))).toString()
      const addresses = text.match(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g) ?? []
      expect(addresses.filter(address => !/^(?:192\.0\.2|198\.51\.100|203\.0\.113)\./.test(address))).toEqual([])
      const longer = text.match(/\b[0-9a-f]{1,4}:[0-9a-f:]*::/gi) ?? []
      expect(longer.filter(address => !address.startsWith('2001:db8:'))).toEqual([])
    }
  })

  it.each([
    ['CloudFront', samples.filter(name => name.startsWith('E2')), 0.98],
    ['Cloudflare', ['cloudflare.json.gz'], 0.99],
    ['Fastly', ['fastly.json.gz'], 0.95],
    ['nginx', ['nginx.log.gz'], 0.98],
  ] as const)('of %s agree with the model of the CDN that wrote them', async (_name, files, least) => {
    await replayLogs(
      files.map(file => join(folder, file)),
      {
        format: 'auto',
        at: 'Frankfurt',
        popAt: [],
        base: ['edge.capacity=24MB', 'behaviors.1.cache.ttl=20m'],
        set: [],
        json: true,
        output,
        progress: false,
      },
    )
    const { comparison } = JSON.parse(readFileSync(output, 'utf8')) as ReplayReport
    expect(comparison.compared).toBeGreaterThan(800)
    expect(comparison.agreeing / comparison.compared).toBeGreaterThan(least)
  })
})

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, describe, expect, it } from 'vitest'
import { registerRtt } from '../../src/cli/rtt.ts'
import { loadAtlas } from '../../src/files/atlas.ts'
import { createRttModel } from '../../src/geo/models/index.ts'
import { UserError } from '../../src/lib/user-error.ts'

async function* chunksOf(text: string, bytes: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.from(text)
  for (let start = 0; start < buffer.length; start += bytes) yield buffer.subarray(start, start + bytes)
}

/** What `cdnlab rtt ...` writes, given a standard input that comes in chunks of some bytes. */
async function run(words: string[], input = '', chunkBytes = 7): Promise<string> {
  const written: string[] = []
  const program = new Command('cdnlab').exitOverride()
  registerRtt(program, () => ({
    input: chunksOf(input, chunkBytes),
    write: async text => {
      written.push(text)
    },
  }))
  await program.parseAsync(['rtt', ...words], { from: 'user' })
  return written.join('')
}

async function mistakesOf(words: string[], input = ''): Promise<readonly string[]> {
  try {
    await run(words, input)
  } catch (error) {
    if (error instanceof UserError) return error.message.split('\n')
    throw error
  }
  return []
}

const folder = mkdtempSync(join(tmpdir(), 'cdnlab-rtt-'))
const atlas = loadAtlas()
afterEach(() => {
  process.exitCode = undefined
})

describe('rtt --pairs', () => {
  const paris = { lat: 48.85341, lon: 2.3488 }
  const tokyo = { lat: 35.6895, lon: 139.69171 }
  const line = '48.85341,2.3488,35.6895,139.69171'

  it('prints one round trip a line, by the wanted model and network', async () => {
    const expected = (model: string, set: 'public' | 'backbone'): string =>
      `${createRttModel(atlas, model, set).rttMs(paris, tokyo).toFixed(3)}\n`
    expect(await run(['--pairs', '-'], line)).toBe('260.370\n')
    expect(await run(['--pairs', '-', '--backbone'], line)).toBe(expected('hub-region-factor', 'backbone'))
    expect(await run(['--pairs', '-', '--model', 'power'], line)).toBe(expected('power', 'public'))
    expect(await run(['--pairs', '-', '--model', 'line:set=backbone'], line)).toBe(expected('line', 'backbone'))
  })

  it('tolerates a byte order mark, a header, comments, empty lines, spaces, CRLF, and any cut of the stream', async () => {
    const text = `\uFEFFlatA, lonA, latB, lonB\r\n# a comment\r\n\r\n ${line.replaceAll(',', ' , ')} \r\n${line},fr,JP\r\n${line},,\n`
    for (const chunkBytes of [1, 3, 1000])
      expect(await run(['--pairs', '-'], text, chunkBytes)).toBe('260.370\n'.repeat(3))
  })

  it('takes the given country before the nearest city', async () => {
    const [given, found] = (await run(['--pairs', '-'], `${line},RU,JP\n${line}\n`)).split('\n')
    expect(given).not.toBe(found)
  })

  it('answers the poles, the antimeridian, antipodes and identical points', async () => {
    const text = '90,0,-90,0\n0,180,0,-180\n10,20,-10,-160\n5,5,5,5\n'
    const rttsMs = (await run(['--pairs', '-'], text)).trim().split('\n').map(Number)
    expect(rttsMs).toHaveLength(4)
    for (const rttMs of rttsMs) expect(rttMs).toBeGreaterThanOrEqual(0.2)
    expect(rttsMs[3]).toBe(0.2)
  })

  it('tells all mistakes at once, with line and column, and prints nothing', async () => {
    const text = `${line}\n91,0,0,0\n0, 0, 0,181\n0,0\n0,0,0,0,USA,DE\nNaN,0,0,0\n1e400,0,0,0\n`
    const mistakes = await mistakesOf(['--pairs', '-'], text)
    expect(mistakes.map(mistake => /^standard input:(\d+:\d+)/.exec(mistake)?.[1])).toEqual([
      '2:1', '3:9', '4:1', '5:9', '6:1', '7:1',
    ]) // biome-ignore format: one row of positions
    expect(mistakes[0]).toContain('latitude "91"')
    expect(mistakes[4]).toContain('latitude "NaN"')
  })

  it('counts the mistakes of a file that is something else', async () => {
    const mistakes = await mistakesOf(['--pairs', '-'], 'x\u001b[31m\n'.repeat(500))
    expect(mistakes).toHaveLength(21)
    expect(mistakes.at(-1)).toContain('480 more')
    expect(mistakes[0]).not.toContain('\u001b')
  })

  it('has no answer for no pairs, and reads files larger than a batch in order', async () => {
    const file = join(folder, 'many.csv')
    const pairs = Array.from({ length: 70_000 }, (_, pair) => `0,0,0,${((pair % 1000) / 10).toFixed(1)}`)
    writeFileSync(file, `${pairs.join('\n')}\n`)
    const rttsMs = (await run(['--pairs', file, '--model', 'line'])).trim().split('\n').map(Number)
    expect(rttsMs).toHaveLength(70_000)
    expect(rttsMs.slice(69_001).every((rttMs, index) => rttMs === rttsMs[index + 1])).toBe(true)
    expect(await run(['--pairs', '-'], '# nothing\n')).toBe('')
  })

  it('refuses files that are not there, folders, and unknown models', async () => {
    expect(await mistakesOf(['--pairs', join(folder, 'nowhere.csv')])).toEqual([expect.stringMatching(/no such file/)])
    expect(await mistakesOf(['--pairs', folder])).toEqual([expect.stringMatching(/is a folder/)])
    expect(await mistakesOf(['--pairs', '-', '--model', 'powr'], line)).toEqual([
      expect.stringMatching(/did you mean "power"/),
    ])
  })
})

describe('rtt of two places', () => {
  it('tells distance, the way along the hubs, light in fibre, and every model', async () => {
    const text = await run(['Tokyo', 'Frankfurt'])
    expect(text).toMatch(/^Tokyo, JP .* to Frankfurt, DE/)
    expect(text).toMatch(/great circle +933\d km/)
    for (const model of ['hub-region-factor', 'hub-path-line', 'region-factor', 'power', 'line', 'fibre'])
      expect(text).toMatch(new RegExp(`^${model} +\\d+\\.\\d +\\d+\\.\\d$`, 'm'))
  })

  it('is JSON when wanted', async () => {
    const answer = JSON.parse(await run(['Paris', '35.6895,139.69171', '--json'])) as {
      distanceKm: number
      lightInFibreMs: number
      models: { model: string; publicMs: number }[]
    }
    expect(answer.distanceKm).toBeCloseTo(9712.52, 1)
    expect(answer.models.find(({ model }) => model === 'hub-region-factor')?.publicMs).toBeCloseTo(260.37, 2)
  })

  it('takes a point in the south for a point, and other words with a minus for options', async () => {
    expect(await run(['-33.9,18.4', 'Tokyo', '--model', 'fibre'])).toMatch(/^-33.90,18.40 \(ZA\) to Tokyo, JP/)
    expect(await run(['Tokyo', '-33.9,18.4'])).toMatch(/^Tokyo, JP .* to -33.90,18.40 \(ZA\)/)
    expect(await mistakesOf(['Tokyo', 'Paris', '--jsn'])).toEqual([expect.stringMatching(/did you mean "--json"/)])
  })

  it('needs two places, or a file, not both', async () => {
    for (const words of [[], ['Tokyo'], ['a', 'b', 'c'], ['Tokyo', 'Paris', '--pairs', '-']])
      expect(await mistakesOf(words)).toEqual([
        expect.stringMatching(/two places, --pairs FILE or --check FILE expected/),
      ])
    expect(await mistakesOf(['Tokio', 'Paris'])).toEqual([expect.stringMatching(/did you mean "Tokyo"/)])
  })
})

describe('rtt --check', () => {
  it('tells the pairs that are faster than light in fibre, and ends with 1', async () => {
    const text = 'latA,lonA,latB,lonB,rttMs\n0,0,0,90,98.1\n0,0,0,90,97.9\n'
    const told = await run(['--check', '-'], text)
    expect(told).toContain('-:3: 97.9 ms over 10008 km')
    expect(told).toContain('1 of 2 pairs')
    expect(process.exitCode).toBe(1)
  })

  it('finds nothing in possible pairs, and refuses a round trip that is no number', async () => {
    expect(await run(['--check', '-'], '0,0,0,90,120\n')).toContain('0 of 1 pairs')
    expect(process.exitCode).toBeUndefined()
    expect(await mistakesOf(['--check', '-'], '0,0,0,90,fast\n0,0,0,90,-1\n')).toEqual([
      expect.stringMatching(/:1:10:/),
      expect.stringMatching(/:2:10:/),
    ])
  })
})

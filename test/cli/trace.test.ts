import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { traceCommand } from '../../src/cli/trace-command.ts'
import { sourceOfKept } from '../../src/files/kept-requests.ts'
import { loadKernels } from '../../src/files/kernels.ts'
import { loadRequests } from '../../src/files/trace-load.ts'
import { writeTrace } from '../../src/files/trace-write.ts'

const root = join(import.meta.dirname, '../..')
const options = { format: 'auto', columns: {}, lenient: false }
let folder = ''
const kernels = loadKernels(new URL('../../dist/kernels/kernels.wasm', import.meta.url))!
const load = (name: string) => loadRequests(name, options, { sizes: true, times: true }, kernels)
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-trace-'))
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

/** What a command writes to standard output. */
async function output(what: string, name: string, more: { count?: string; json?: boolean } = {}): Promise<string> {
  let written = ''
  const write = (text: string | Uint8Array, done?: unknown): boolean => {
    written += text.toString()
    if (typeof done === 'function') done()
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(write as typeof process.stdout.write)
  await traceCommand(what, name, { format: 'auto', count: '10', ...more })
  return written
}

describe('cdnlab trace', () => {
  it('converts there and back without a change', async () => {
    const first = await load('zipf:objects=300,requests=10000,sizes=lognormal,seed=5')
    for (const name of ['a.oracleGeneral.bin', 'b.oracleGeneral.bin.gz', 'c.csv', 'd.csv.gz']) {
      await writeTrace(first, join(folder, name))
      const again = await load(join(folder, name))
      expect([name, again.count, again.objects, again.footprintBytes]).toEqual([
        name,
        10_000,
        300,
        first.footprintBytes,
      ])
      const [found, expected] = [again, first].map(trace => sourceOfKept(trace).block(0))
      expect([...found!.ids]).toEqual([...expected!.ids])
      expect([...found!.bytes!]).toEqual([...expected!.bytes!])
    }
    const packed = gunzipSync(readFileSync(join(folder, 'b.oracleGeneral.bin.gz')))
    expect(readFileSync(join(folder, 'a.oracleGeneral.bin')).equals(packed)).toBe(true)
  })

  it('writes for each request the next one for the object, counted from 1', async () => {
    writeFileSync(join(folder, 'abc.csv'), 'time,id,size\n9,a,1\n4,b,2\n9,a,1\n10,c,3\n11,a,1\n')
    await writeTrace(await load(join(folder, 'abc.csv')), join(folder, 'abc.bin'))
    const bytes = readFileSync(join(folder, 'abc.bin'))
    const records = Array.from({ length: 5 }, (_, record) => [
      bytes.readUInt32LE(24 * record),
      bytes.readBigUInt64LE(24 * record + 4),
      bytes.readBigInt64LE(24 * record + 16),
    ])
    expect(records).toEqual([
      [0, 1n, 3n],
      [0, 2n, -1n],
      [0, 1n, 5n],
      [1, 3n, -1n],
      [2, 1n, -1n],
    ])
  })

  it('refuses a name that says no format, and leaves nothing where it cannot write', async () => {
    const trace = await load('loop:objects=3,requests=9')
    await expect(writeTrace(trace, join(folder, 'x.parquet'))).rejects.toThrow(/does not say which format/)
    await expect(writeTrace(trace, join(folder, 'none', 'x.csv'))).rejects.toThrow(/there is no folder/)
  })

  it('makes the shipped sample again, byte for byte', async () => {
    const file = join(folder, 'sample.csv')
    await traceCommand('generate', join(root, 'scenarios/traces/sample.yaml'), {
      format: 'auto',
      count: '10',
      output: file,
    })
    const shipped = gunzipSync(readFileSync(join(root, 'scenarios/traces/sample.csv.gz')))
    expect(readFileSync(file).equals(shipped)).toBe(true)
  })

  it('shows the first requests and reads no further', async () => {
    writeFileSync(join(folder, 'broken.csv'), 'time,id,size\n1,17,5\n2,18446744073709551,6\nnonsense\n')
    expect(await output('head', join(folder, 'broken.csv'), { count: '2' })).toBe(
      'time,id,size,lat,lon\n1,17,5,,\n2,18446744073709551,6,,\n',
    )
    await expect(traceCommand('head', join(folder, 'broken.csv'), { format: 'auto', count: '3' })).rejects.toThrow(
      /broken.csv:4/,
    )
  })

  it('counts what is in a trace', async () => {
    writeFileSync(join(folder, 'few.csv'), 'time,id,size\n0,a,10\n1,b,20\n2,a,10\n3,c,40\n61,a,10\n61,d,0\n')
    const facts = JSON.parse(await output('info', join(folder, 'few.csv'), { json: true }))
    expect(facts).toMatchObject({
      requests: 5,
      objects: 3,
      requestedBytes: 90,
      footprintBytes: 70,
      spanS: 61,
      notes: { 'requests of size 0 left out': 1 },
    })
    expect(facts.onceShare).toBeCloseTo(2 / 3, 10)
  })

  it('writes what could be read of a damaged file, and of one that is none nothing', async () => {
    const packed = gzipSync('time,id,size\n0,1,10\n1,2,20\n')
    packed[packed.length - 6]! ^= 0xff
    writeFileSync(join(folder, 'damaged.csv.gz'), packed)
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const head = { format: 'auto', count: '10', lenient: true }
    await traceCommand('head', join(folder, 'damaged.csv.gz'), head)
    expect(said.mock.calls.join('')).toMatch(/^warning: .*damaged.*; these are the 2 requests before it\n$/)
    await expect(traceCommand('head', join(folder, 'none.csv'), head)).rejects.toThrow('there is no such file')
  })

  it.each([0.7, 1, 1.2])('finds the exponent of a Zipf workload: %f', async alpha => {
    const facts = JSON.parse(
      await output('info', `zipf:alpha=${alpha},objects=50000,requests=1000000,seed=2`, { json: true }),
    )
    expect(facts.zipfAlpha).toBeGreaterThan(alpha - 0.06)
    expect(facts.zipfAlpha).toBeLessThan(alpha + 0.06)
  })

  it('keeps hostile names out of the terminal', async () => {
    const id = '\u001b[31m\u202e</script>=1+1'
    writeFileSync(join(folder, 'hostile.csv'), `time,id,size\n0,${id},1\n1,${id},1\n`)
    for (const what of ['head', 'info', 'convert'])
      expect(await output(what, join(folder, 'hostile.csv'))).toMatch(/^[\x20-\x7e\n]*$/)
  })
})

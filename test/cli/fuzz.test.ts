import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '#cdnlab/cli/program.js'
import { createRandom, type Random } from '../../src/lib/random.ts'

const root = join(import.meta.dirname, '../..')
/** `FUZZ=10000 npx vitest ... test/cli/fuzz.test.ts` tries more. */
const rounds = Number(process.env.FUZZ ?? 200)
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-fuzz-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const tokens = [
  ...['-1', '0', '1e308', '1e-308', 'NaN', '.inf', 'null', '~', '""', '[]', '{}', 'true', '- -', '*a', '&a', '!!js/function', '<<'],
  ...['\0', '\r', '\u2028', '\u202e', '\ufeff', '__proto__', 'constructor', '99999999999999999999', '0x7f', '1_000', '../../etc/passwd'],
  ...[': ', '\n', '\t', '#', '|', '>', '%', '10GiB', '-5s', '1000000h', 'zipf:alpha=-1', 'lru:x=1', 'nearest', 'FRA', '"', "'"],
] // biome-ignore format: a list

/** The text with a few pieces changed: letters flipped, stretches cut, doubled or swapped, telling tokens put in. */
function mutate(bytes: Buffer, random: Random): Buffer {
  let mutant = Buffer.from(bytes)
  const below = (limit: number): number => random.below(limit)
  for (let change = 0; change <= below(4); change++) {
    const at = below(mutant.length + 1)
    const length = Math.min(below(40), mutant.length - at)
    const piece = mutant.subarray(at, at + length)
    const parts = [
      () => [mutant.subarray(0, at), mutant.subarray(at + length)],
      () => [mutant.subarray(0, at), piece, piece, mutant.subarray(at + length)],
      () => [mutant.subarray(0, at), Buffer.from(tokens[below(tokens.length)]!), mutant.subarray(at)],
      () => [mutant.subarray(0, at), Buffer.from([below(256)]), mutant.subarray(Math.min(at + 1, mutant.length))],
      () => [mutant.subarray(0, at)],
      () => [mutant.subarray(at), mutant.subarray(0, at)],
    ]
    mutant = Buffer.concat(parts[below(parts.length)]!())
  }
  return mutant
}

/** Runs the program within this process; answers its exit code and what it said. */
async function run(...words: string[]): Promise<{ exitCode: number; said: string }> {
  const said: string[] = []
  const { stdout, stderr } = process
  const writes = [stdout.write, stderr.write] as const
  stdout.write = ((_text: string, ...rest: unknown[]) => {
    for (const done of rest) if (typeof done === 'function') done()
    return true
  }) as typeof stdout.write
  stderr.write = ((text: string) => said.push(String(text)) > 0) as typeof stderr.write
  try {
    process.exitCode = undefined
    return { exitCode: await main(words), said: said.join('') }
  } finally {
    process.exitCode = undefined
    stdout.write = writes[0]
    stderr.write = writes[1]
  }
}

async function tryAll(name: string, seeds: readonly Buffer[], words: (file: string) => string[]): Promise<number> {
  const random = createRandom(2026, 'fuzz', name)
  const broken: string[] = []
  let accepted = 0
  for (let round = 0; round < rounds; round++) {
    const file = join(folder, name)
    const mutant = mutate(seeds[round % seeds.length]!, random)
    writeFileSync(file, mutant)
    const { exitCode, said } = await run(...words(file))
    if (exitCode === 0) accepted++
    if ((exitCode !== 0 && exitCode !== 2) || /\n\s+at .*:\d+|has a bug/.test(said)) {
      broken.push(`round ${round}: exit ${exitCode}: ${said.slice(0, 300)}`)
      writeFileSync(join(tmpdir(), `cdnlab-fuzz-${name}-${round}`), mutant)
    }
  }
  expect(broken).toEqual([])
  return accepted
}

describe('mutated input', () => {
  it('of scenarios ends with 0 or 2 and never with a stack trace', { timeout: 3_600_000 }, async () => {
    const files = readdirSync(join(root, 'scenarios')).filter(name => name.endsWith('.yaml'))
    const seeds = files.map(name => readFileSync(join(root, 'scenarios', name)))
    const accepted = await tryAll('scenario.yaml', seeds, file => ['check', file])
    // Neither all nor none: mutants reach behind the parser.
    expect(accepted).toBeGreaterThan(rounds * 0.02)
    expect(accepted).toBeLessThan(rounds * 0.9)
  })

  it('of traces ends with 0 or 2 and never with a stack trace', { timeout: 3_600_000 }, async () => {
    const csv = Buffer.from(
      ['time,id,size', ...Array.from({ length: 60 }, (_, row) => `${row},object-${row % 7},${100 + row}`), ''].join(
        '\n',
      ),
    )
    const binary = Buffer.alloc(24 * 40)
    for (let row = 0; row < 40; row++) {
      binary.writeUInt32LE(row, row * 24)
      binary.writeUInt32LE((row % 9) + 1, row * 24 + 4)
      binary.writeUInt32LE(1000 + row, row * 24 + 12)
      binary.writeBigInt64LE(-1n, row * 24 + 16)
    }
    await tryAll('trace.csv', [csv], file => ['trace', 'info', file])
    await tryAll('trace.csv.gz', [gzipSync(csv)], file => ['trace', 'info', file])
    await tryAll('trace.oracleGeneral.bin', [binary], file => ['trace', 'info', file])
    await tryAll('trace.txt', [Buffer.from('a\nb\na\nc\n'.repeat(20))], file => ['trace', 'info', file])
  })
})

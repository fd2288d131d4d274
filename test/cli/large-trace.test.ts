import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, it } from 'vitest'

const program = join(import.meta.dirname, '../../dist/cli/main.js')
const recordBytes = 24
const piecesOf = 1 << 16
const pieces = 400
const objects = 50_000

/** So many records of oracleGeneral, a piece after the other: the same requests again and again, later each time. */
function* makeRecords(): Generator<Buffer> {
  const bytes = Buffer.alloc(recordBytes * piecesOf)
  for (let row = 0; row < piecesOf; row++) {
    bytes.writeUInt32LE((row * 7919) % objects, recordBytes * row + 4)
    bytes.writeUInt32LE(1000, recordBytes * row + 12)
    bytes.writeBigInt64LE(-1n, recordBytes * row + 16)
  }
  for (let piece = 0; piece < pieces; piece++) {
    for (let row = 0; row < piecesOf; row++) bytes[recordBytes * row] = piece >> 2
    yield Buffer.from(bytes)
  }
}

// Where the system tells how much memory a process has at most had.
it.skipIf(process.platform !== 'linux')(
  'a trace of 600 MiB from standard input is compared in less than half of that, and looked at in less than a quarter',
  async () => {
    const compare = ['compare', '-', '--format', 'oracleGeneral', '--size', '0.1', '--policy', 'lru', '--no-bound']
    const compared = await run<{ rows: { requests: number }[] }>([...compare, '--json'])
    expect(compared.said.rows[0]!.requests).toBe(pieces * piecesOf)
    const looked = await run<{ requests: number; objects: number }>(['trace', 'info', '-', '--json'])
    expect([looked.said.requests, looked.said.objects]).toEqual([pieces * piecesOf, objects])
    for (const { most } of [compared, looked]) expect(most).toBeGreaterThan(30e6)
    expect(compared.most).toBeLessThan((pieces * piecesOf * recordBytes) / 2)
    expect(looked.most).toBeLessThan((pieces * piecesOf * recordBytes) / 4)
  },
  60_000,
)

/** What a command says of the trace, and the most memory that it had. */
async function run<Said>(words: readonly string[]): Promise<{ said: Said; most: number }> {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['pipe', 'pipe', 'inherit'] })
  let most = 0
  const look = (): void => {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))
    if (peak) most = Number(peak[1]) * 1024
  }
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    if (said === '') look()
    said += chunk.toString()
  })
  const ended = new Promise(resolve => child.on('close', resolve))
  await pipeline(Readable.from(makeRecords()), child.stdin)
  look()
  expect(await ended).toBe(0)
  return { said: JSON.parse(said) as Said, most }
}

import type { Plan } from './plan.ts'

/**
 * A plan's fingerprint: SHA-256, in hex, of its canonical JSON. Two plans that mean the same run have the same one, on every
 * machine; what only people read (title, description) does not count. `hash` may be a faster SHA-256 than the one of this room.
 */
export function hashPlan(plan: Plan, hash: (text: string) => string = sha256): string {
  return hash(canonicalJson({ ...plan, title: '', description: '' }))
}

/** JSON with the keys of every map in order of their code units, infinities as text, and no -0. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(inOrder(value))
}

/** A copy in which every map's keys come in order. A replacer of JSON.stringify would do it in several times the time. */
function inOrder(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(inOrder)
  const map = value as Record<string, unknown>
  const ordered: Record<string, unknown> = {}
  for (const key of Object.keys(map).sort()) ordered[key] = inOrder(map[key])
  return ordered
}

/** Round constants: the first 32 bits of the fractions of the cube roots of the first 64 primes. */
const roundConstants = fractionsOf(firstPrimes(64), Math.cbrt)

/** SHA-256 of a text in UTF-8, as hex; here because the pure rooms know no node:crypto. Source: FIPS 180-4, section 6.2. */
export function sha256(text: string): string {
  const bytes = new TextEncoder().encode(text)
  const padded = new Uint8Array(((bytes.length + 72) >> 6) << 6)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29))
  view.setUint32(padded.length - 4, bytes.length << 3)
  const state = fractionsOf(firstPrimes(8), Math.sqrt)
  const schedule = new Int32Array(64)
  for (let block = 0; block < padded.length; block += 64) {
    for (let word = 0; word < 16; word++) schedule[word] = view.getInt32(block + word * 4)
    mixBlock(state, schedule)
  }
  return Array.from(state, word => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

function mixBlock(state: Int32Array, schedule: Int32Array): void {
  for (let word = 16; word < 64; word++) {
    const [early, late] = [schedule[word - 15]!, schedule[word - 2]!]
    const first = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
    const second = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
    schedule[word] = schedule[word - 16]! + first + schedule[word - 7]! + second
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let round = 0; round < 64; round++) {
    const choice = (e & f) ^ (~e & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const added =
      h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + roundConstants[round]! + schedule[round]!
    const top = added + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + added) | 0, c, b, a, top | 0]
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index] = state[index]! + word
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

function firstPrimes(wanted: number): number[] {
  const primes: number[] = []
  for (let number = 2; primes.length < wanted; number++)
    if (primes.every(prime => number % prime !== 0)) primes.push(number)
  return primes
}

function fractionsOf(primes: readonly number[], root: (value: number) => number): Int32Array {
  return Int32Array.from(primes, prime => Math.floor((root(prime) % 1) * 2 ** 32) | 0)
}

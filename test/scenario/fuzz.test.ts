import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { UserError } from '../../src/lib/user-error.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan-of.ts'

const folder = join(import.meta.dirname, '..', '..', 'scenarios')
const texts = readdirSync(folder)
  .filter(name => name.endsWith('.yaml'))
  .map(name => readFileSync(join(folder, name), 'utf8'))

/** What breaks parsers: YAML's own signs, hostile keys, numbers that are none, places that are none. */
const shards = [
  '[', ']', '{', '}', ',', ': ', '- ', '? ', '"', "'", '#', '|\n', '>\n', '&a ', '*a', '!!set ', '<<: ', '---\n', '...\n', '%YAML 1.1\n',
  '\t', '\r\n', '\0', '\ufeff', '\u202e', '__proto__', 'constructor', '.nan', '-.inf', '1e400', '9007199254740993', '-0', '017', '1_000',
  '12:30', 'yes', '~', '""', 'null', '0', '-1', '5MB', '10 GiB', '91', '"0,0"', '"90,180"', 'Tokio', 'nearest', 'origin', 'cloudflare',
  'lru', '{name: lru}', '{lat: 91, lon: 0}', '[[[[[[[[[[', '{{{{{{{{{{', '- - - - - ', 'a: b: c', '\n  ', '\n', ' ',
] // biome-ignore format: a bag of shards

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat(40),
  put: fc.array(fc.constantFrom(...shards), { maxLength: 4 }),
  again: fc.nat(3),
})

function changed(text: string, changes: readonly { at: number; cut: number; put: string[]; again: number }[]): string {
  let now = text
  for (const { at, cut, put, again } of changes) {
    const from = Math.floor(at * now.length)
    now = now.slice(0, from) + put.join('').repeat(again + 1) + now.slice(from + cut)
  }
  return now
}

/** A plan, or a person's mistakes with a file: anything else escapes as an error and fails the test. */
function outcome(text: string, set?: { key: string; value: string }): 'plan' | 'mistakes' {
  try {
    const { plan } = planOf(readScenario(text, 'fuzz.yaml', set ? [set] : []), loadAtlas())
    expect(plan.pops.length).toBeGreaterThan(0)
    expect(plan.visitors.weights.every(weight => weight > 0 && weight <= 1)).toBe(true)
    for (const { parent } of plan.pops) expect(parent).toBeLessThan(plan.pops.length)
    return 'plan'
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    expect(error.mistakes.length).toBeGreaterThan(0)
    expect(error.mistakes.every(({ at }) => at !== undefined)).toBe(true)
    return 'mistakes'
  }
}

describe('any text', () => {
  it('is a plan or a list of mistakes', () => {
    const seen = { plan: 0, mistakes: 0 }
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 5 }), (text, changes) => {
        seen[outcome(changed(text, changes))]++
      }),
      { numRuns: 600, seed: 1 },
    )
    expect(seen.plan).toBeGreaterThan(5)
    expect(seen.mistakes).toBeGreaterThan(100)
  })

  it('is a plan or a list of mistakes after any --set', () => {
    const keys = [
      'pops',
      'edge.policy',
      'pops.0.at',
      'events',
      'title.x',
      'a.b.c',
      'traffic.classes.x.share',
      '',
      '.',
      'seed',
      '0',
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.constantFrom(...keys),
        fc.array(fc.constantFrom(...shards), { maxLength: 6 }),
        (text, key, value) => {
          outcome(text, { key, value: value.join('') })
        },
      ),
      { numRuns: 300, seed: 2 },
    )
  })

  it('is a plan or a list of mistakes when it is made of shards alone', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...shards), { maxLength: 60 }), pieces => {
        outcome(pieces.join(''))
      }),
      { numRuns: 500, seed: 3 },
    )
  })
})

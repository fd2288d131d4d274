import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { replayLogs } from '../../src/cli/replay-action.ts'
import { createRandom, type Random } from '../../src/lib/random.ts'
import { UserError } from '../../src/lib/user-error.ts'
import {
  cloudflareLog,
  cloudfrontJsonLog,
  cloudfrontLog,
  combinedLog,
  fastlyLog,
  makeVisits,
} from '../traffic/logs/make-logs.ts'

const folder = mkdtempSync(join(tmpdir(), 'cdnlab-replay-fuzz-'))
const visits = makeVisits(5, 120)
const tokens = [
  '-1',
  'NaN',
  '1e308',
  '99999999999999999999',
  '\t',
  '"',
  '{',
  '\0',
  'null',
  '[]',
  '-',
  '2026-99-99',
  'FRA',
  '__proto__',
  '\u202e',
  '-90',
  '\n\n',
]

/** The text with pieces cut, doubled, or replaced by telling tokens. */
function mutate(text: string, random: Random): string {
  let mutant = text
  for (let change = 0; change <= random.below(6); change++) {
    const at = random.below(mutant.length)
    const cut = random.below(30)
    const put = random.below(4) === 0 ? mutant.slice(at, at + 200) : tokens[random.below(tokens.length)]!
    mutant = mutant.slice(0, at) + put + mutant.slice(at + cut)
  }
  return mutant
}

describe('no log ends the program', () => {
  it.each([
    ['cloudfront', cloudfrontLog(visits)],
    ['cloudfront-json', cloudfrontJsonLog(visits)],
    ['cloudflare', cloudflareLog(visits)],
    ['fastly', fastlyLog(visits)],
    ['combined', combinedLog(visits)],
  ])('%s: a report with figures, or a sentence', async (format, text) => {
    const random = createRandom(1, 'mutants', format)
    for (let round = 0; round < 12; round++) {
      const log = join(folder, `${format}-${round}.log`)
      writeFileSync(log, mutate(text, random))
      const lenient = round % 3 > 0
      const options = { format, at: 'Frankfurt', popAt: [], base: [], set: [], lenient, json: true, progress: false }
      try {
        await replayLogs([log], { ...options, output: `${log}.json` })
      } catch (error) {
        expect(error).toBeInstanceOf(UserError)
      }
    }
  })
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createJournal, type JournalHead, readJournal, resumeJournal } from '../../src/sweep/journal.ts'
import { takeLock } from '../../src/sweep/lock.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-journal-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const head: JournalHead = {
  format: 'cdnlab-journal-1',
  version: '1.0.0',
  title: 'A title',
  inputs: { scenario: 'aa', trace: 'bb' },
  cells: 9,
}
const entry = (cell: number) => ({ cell, key: `k${cell}`, outcome: { hitRatio: cell / 10, name: 'Zürich' } })

describe('journal', () => {
  it('gives back what was appended, and tries failed cells again', () => {
    const path = join(folder, 'j')
    const journal = createJournal(path, head)
    journal.append(entry(3))
    journal.append({ cell: 4, key: 'k4', error: 'out of memory' })
    journal.append(entry(0))
    journal.close()
    const again = resumeJournal(path, head)
    expect([...again.done.keys()]).toEqual([3, 0])
    expect(again.done.get(3)).toEqual(entry(3))
    again.close()
  })

  it('cuts a tail torn at any byte and goes on appending', () => {
    const path = join(folder, 'j')
    const journal = createJournal(path, head)
    for (let cell = 0; cell < 5; cell++) journal.append(entry(cell))
    journal.close()
    const whole = readFileSync(path)
    const headEnd = whole.indexOf(10) + 1
    fc.assert(
      fc.property(fc.integer({ min: headEnd, max: whole.length }), length => {
        writeFileSync(path, whole.subarray(0, length))
        const resumed = resumeJournal(path, head)
        const kept = [...resumed.done.keys()]
        expect(kept).toEqual([0, 1, 2, 3, 4].slice(0, kept.length))
        expect(kept.length).toBe(whole.subarray(headEnd, length).filter(byte => byte === 10).length)
        for (let cell = kept.length; cell < 5; cell++) resumed.append(entry(cell))
        resumed.close()
        expect(readFileSync(path)).toEqual(whole)
      }),
    )
  })

  it('refuses a damaged line in the middle, with its number', () => {
    const path = join(folder, 'j')
    const journal = createJournal(path, head)
    journal.append(entry(0))
    journal.append(entry(1))
    journal.close()
    const text = readFileSync(path, 'utf8').replace('"k0"', '"k7"')
    writeFileSync(path, text)
    expect(() => readJournal(path)).toThrow(/j:2: this line of the journal is damaged/)
  })

  it('refuses another run and says what changed', () => {
    const path = join(folder, 'j')
    createJournal(path, head).close()
    expect(() => createJournal(path, head)).toThrow(/--resume/)
    const other = { ...head, version: '1.0.1', inputs: { scenario: 'aa', trace: 'cc' }, cells: 10 }
    expect(() => resumeJournal(path, other)).toThrow(
      /version \(1.0.0, now 1.0.1\), trace, number of cells \(9, now 10\)/,
    )
    expect(() => resumeJournal(join(folder, 'none'), head)).toThrow(/no journal/)
  })
})

describe('lock', () => {
  it('keeps a second process out, and takes over from a dead one', () => {
    const path = join(folder, 'lock')
    const lock = takeLock(path)
    expect(() => takeLock(path)).toThrow(/another process/)
    lock.release()
    writeFileSync(path, `2147483646@${hostname()}`)
    takeLock(path).release()
    writeFileSync(path, '1@another-machine')
    expect(() => takeLock(path)).toThrow(/1@another-machine/)
  })
})

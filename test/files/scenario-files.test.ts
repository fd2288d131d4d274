import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listShippedScenarios, readScenarioFile, resolveReference } from '../../src/files/scenario-files.ts'

let root: string
let folder: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cdnlab-files-'))
  folder = join(root, 'mine')
  mkdirSync(join(folder, 'below'), { recursive: true })
  writeFileSync(join(root, 'outside.csv'), 'secret')
  writeFileSync(join(folder, 'trace.csv'), 'a')
  writeFileSync(join(folder, 'below', 'trace.csv'), 'b')
  symlinkSync(join(folder, 'trace.csv'), join(folder, 'inside-link.csv'))
  symlinkSync(join(root, 'outside.csv'), join(folder, 'outside-link.csv'))
  symlinkSync(root, join(folder, 'folder-link'))
  symlinkSync('nowhere', join(folder, 'dead-link'))
  execFileSync('mkfifo', [join(folder, 'fifo')])
})

afterAll(() => rmSync(root, { recursive: true }))

describe("a scenario's file references", () => {
  it.each(['trace.csv', 'below/trace.csv', './below/../trace.csv', 'inside-link.csv'])('may be %s', async name => {
    expect(await resolveReference(folder, name)).toBe(join(folder, name))
  })

  it.each([
    ['../outside.csv', "outside the scenario's folder"],
    ['below/../../outside.csv', "outside the scenario's folder"],
    ['outside-link.csv', "a link out of the scenario's folder"],
    ['folder-link/outside.csv', "a link out of the scenario's folder"],
    ['/etc/hostname', 'a path from the root'],
    ['below', 'is a directory'],
    ['fifo', 'is a pipe'],
    ['missing.csv', 'is not in'],
    ['dead-link', 'is not in'],
    ['trace.csv\0.png', 'NUL'],
  ])('may not be %s', async (name, why) => {
    await expect(resolveReference(folder, name)).rejects.toThrow(why)
  })

  it('may be outside when that is allowed, but never a device or a pipe', async () => {
    expect(await resolveReference(folder, '../outside.csv', true)).toBe(join(root, 'outside.csv'))
    expect(await resolveReference(folder, 'outside-link.csv', true)).toBe(join(folder, 'outside-link.csv'))
    await expect(resolveReference(folder, '/dev/zero', true)).rejects.toThrow('is a device')
    await expect(resolveReference(folder, 'fifo', true)).rejects.toThrow('is a pipe')
  })
})

describe('a scenario', () => {
  it.each([
    ['fifo', 'is a pipe'],
    ['below', 'is a directory'],
    ['missing.yaml', 'there is no file'],
  ])('is not read from %s', async (name, why) => {
    await expect(readScenarioFile(join(folder, name))).rejects.toThrow(why)
  })

  it('is not read from a device', async () => {
    await expect(readScenarioFile('/dev/zero')).rejects.toThrow('is a device')
  })

  it('is UTF-8 text of a bounded length', async () => {
    const path = join(root, 'bytes.yaml')
    const cases: [Buffer, string][] = [
      [Buffer.from('\ufefftitle: a', 'utf16le'), 'UTF-16'],
      [Buffer.from([0x74, 0x3a, 0x20, 0xff]), 'not UTF-8'],
      [Buffer.alloc(50_000_000, 'x'), 'longer than 512 KiB'],
    ]
    for (const [bytes, why] of cases) {
      writeFileSync(path, bytes)
      await expect(readScenarioFile(path)).rejects.toThrow(why)
    }
    writeFileSync(path, '\ufefftitle: ü')
    expect((await readScenarioFile(path)).text).toBe('title: ü')
  })

  it('is found by the name of a shipped one, and a misspelt name meets the nearest', async () => {
    expect(await listShippedScenarios()).toContain('world')
    expect((await readScenarioFile('world')).file).toBe('scenarios/world.yaml')
    await expect(readScenarioFile('wrold')).rejects.toThrow('did you mean "world"?')
  })
})

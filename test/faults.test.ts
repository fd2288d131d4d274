import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

describe.each(['config/faults.md', 'config/security.md'])('%s', page => {
  const text = readFileSync(join(root, page), 'utf8')
  const named = [...text.matchAll(/`(test\/[^`]+)`/g)].map(match => match[1]!)

  it('names tests that are there', () => {
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter(name => !existsSync(join(root, name)))).toEqual([])
  })

  it('has a test in every row', () => {
    const rows = text.split('\n').filter(line => line.startsWith('| ') && !line.includes('held by'))
    expect(rows.length).toBeGreaterThan(10)
    expect(rows.filter(row => !/`test\/[^`]+` ?[^|]*\|$/.test(row) && !/`test\/[^`]+`;[^|]+\|$/.test(row))).toEqual([])
  })
})

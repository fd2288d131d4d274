import { describe, expect, it } from 'vitest'
import { createHistory } from '../../src/lab/history.ts'
import { packLink, unpackLink } from '../../src/lab/share-link.ts'

describe('history', () => {
  it('takes steps back and forth, and forgets what was undone when a new step is taken', () => {
    const history = createHistory('a')
    const seen: string[] = []
    history.onChange(value => seen.push(value))
    history.change('b')
    history.change('c')
    history.undo()
    history.undo()
    history.undo()
    expect(history.current()).toBe('a')
    history.redo()
    history.change('d')
    expect(history.canRedo()).toBe(false)
    history.undo()
    expect(seen).toEqual(['b', 'c', 'b', 'a', 'b', 'd', 'b'])
  })

  it('undoes a dragged slider at once', () => {
    const history = createHistory(0)
    for (const value of [1, 2, 3]) history.change(value, 'ttl')
    history.change(9, 'capacity')
    history.undo()
    expect(history.current()).toBe(3)
    history.undo()
    expect(history.current()).toBe(0)
  })
})

describe('share link', () => {
  it('gives back any text, and nothing for what is no link', async () => {
    const text = 'title: Zürich → Сидней\npops: [a, b]\n'.repeat(40)
    const link = await packLink(text)
    expect(link).toMatch(/^[\w-]+$/)
    expect(link.length).toBeLessThan(text.length)
    expect(await unpackLink(link)).toBe(text)
    for (const broken of ['', '!', 'abc', link.slice(5), `${link.slice(0, -4)}`])
      expect(await unpackLink(broken)).not.toBe(text)
  })
})

import { describe, expect, it } from 'vitest'
import { createMemoryGate } from '../../src/sweep/memory-gate.ts'
import { parseQueueAddress } from '../../src/sweep/queue-address.ts'

describe('address of a queue', () => {
  it.each([
    ['redis://host', 'redis', 'redis://host/', 'cdnlab', 'redis://host'],
    ['redis://host:7000/lab', 'redis', 'redis://host:7000/', 'lab', 'redis://host:7000/lab'],
    ['rediss://u:p@host/2/lab', 'redis', 'rediss://u:p@host/2', 'lab', 'rediss://u:***@host/2/lab'],
    ['postgres://u@host/db', 'postgres', 'postgres://u@host/db', 'cdnlab', 'postgres://u@host/db'],
    [
      'postgresql://u:p@h/db?schema=lab',
      'postgres',
      'postgresql://u:p@h/db',
      'lab',
      'postgresql://u:***@h/db?schema=lab',
    ],
  ])('%s', (text, kind, url, prefix, shown) => {
    expect(parseQueueAddress(text)).toEqual({ kind, url, prefix, shown })
  })

  it.each([
    '',
    'host:6379',
    'amqp://host',
    'redis:///x',
    'redis://host/a/b',
    'redis://host/a%20b',
    'postgres://h/d?schema=1',
  ])('refuses "%s"', text => {
    expect(() => parseQueueAddress(text)).toThrow(/^--queue /)
  })
})

describe('memory gate', () => {
  it('lets in what fits, in order, and what is too large alone', async () => {
    const gate = createMemoryGate(10)
    const entered: string[] = []
    const enter = async (name: string, bytes: number): Promise<() => void> => {
      const leave = await gate(bytes)
      entered.push(name)
      return leave
    }
    const [a, b, c, d] = [enter('a', 6), enter('b', 6), enter('c', 1), enter('d', 99)]
    await a
    expect(entered).toEqual(['a'])
    ;(await a)()
    await Promise.all([b, c])
    expect(entered).toEqual(['a', 'b', 'c'])
    ;(await b)()
    ;(await c)()
    await d
    expect(entered).toEqual(['a', 'b', 'c', 'd'])
  })
})

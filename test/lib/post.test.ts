import { expect, it } from 'vitest'
import { createPostOffice, letterLength, Post } from '../../src/lib/post.ts'

it('hands over letters in the order of sending, also more than a box holds, and each once', () => {
  // A thread alone that writes to itself: it waits for nobody.
  const post = new Post(createPostOffice(1, [{ from: 0, to: 0 }]), 0)
  for (const count of [0, 3, 512, 1300, 1]) {
    for (let number = 0; number < count; number++) {
      const at = post.write(0)
      post.lettersTo(0)[at] = number
      post.lettersTo(0)[at + letterLength - 1] = -number
    }
    const read: number[] = []
    post.exchange((from, letters, at) => {
      expect([from, letters[at + letterLength - 1]! + letters[at]!]).toEqual([0, 0])
      read.push(letters[at]!)
    })
    expect(read).toEqual(Array.from({ length: count }, (_, number) => number))
  }
})

it('lets nobody wait for one who has left', () => {
  const office = createPostOffice(2, [{ from: 0, to: 1 }])
  new Post(office, 1).leave()
  expect(() => new Post(office, 0).exchange(() => undefined)).toThrow('has failed')
})

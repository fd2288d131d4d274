import { expect, it } from 'vitest'
import { shownWord } from '../../src/files/manifest.ts'

it.each([
  ['redis://queue:6379/lab', 'redis://queue:6379/lab'],
  ['redis://user:secret@queue:6379/lab', "'redis://user:***@queue:6379/lab'"],
  ['--queue=rediss://:s-e.c@queue/1', "'--queue=rediss://:***@queue/1'"],
  ['postgres://u:s@h/d?schema=x', "'postgres://u:***@h/d?schema=x'"],
  ['cloudflare:AMS', 'cloudflare:AMS'],
  ["it's", "'it'\\''s'"],
])('shows the word %s without a password, as a shell needs it', (word, shown) => {
  expect(shownWord(word)).toBe(shown)
})

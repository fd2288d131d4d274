import { formatCacheStatus } from '../cache/http/cache-status.ts'
import { type Fields, lineOf, linesOf } from '../cache/http/fields.ts'
import type { Freshness } from '../cache/http/freshness.ts'
import { currentAgeMs } from '../cache/http/reuse.ts'
import type { ObjectId } from '../cache/policy.ts'
import type { Ms } from '../lib/clock.ts'

/** What is known of a response when it goes on the shelf. Times are milliseconds since 1970. */
export interface Storable {
  key: string
  /** Names of Vary, in lower case, sorted; and the values that the request had for them, as `variantKey` writes them. */
  varyNames: readonly string[]
  variant: string
  status: number
  reason: string
  /** End-to-end fields without Age and those that must not be kept; Via of this PoP included. */
  fields: Fields
  body: Buffer
  /** The stretch that a 206 holds; undefined for a whole response. */
  part: { first: number; total: number | undefined } | undefined
  respondedAt: Ms
  freshness: Freshness
}

/** Rough cost of one stored response beside its texts and body: this object, its arrays, entries of the index. */
const overheadBytes = 900

/**
 * A response on the shelf with the head of its next answer prebuilt: a hit only renews Age and Cache-Status, and these once a
 * second at most.
 */
export class StoredResponse {
  readonly key: string
  readonly varyNames: readonly string[]
  readonly variant: string
  readonly status: number
  readonly reason: string
  readonly body: Buffer
  readonly part: Storable['part']
  readonly tags: readonly string[]
  id: ObjectId = -1
  /** True after it has left the shelf: whoever still holds it must not refresh it. */
  isGone = false
  #fields: Fields
  #respondedAt: Ms
  #freshness: Freshness
  #head: string[] = []
  #headSecond = Number.NaN

  constructor(given: Storable) {
    this.key = given.key
    this.varyNames = given.varyNames
    this.variant = given.variant
    this.status = given.status
    this.reason = given.reason
    this.body = given.body
    this.part = given.part
    this.tags = tagsOf(given.fields)
    this.#fields = given.fields
    this.#respondedAt = given.respondedAt
    this.#freshness = given.freshness
  }

  get fields(): Fields {
    return this.#fields
  }

  get respondedAt(): Ms {
    return this.#respondedAt
  }

  get freshness(): Freshness {
    return this.#freshness
  }

  /** Bytes that it costs: body, texts and a share of the index. */
  get costBytes(): number {
    let letters = this.key.length + this.variant.length
    for (const text of this.#fields) letters += text.length
    return this.body.length + letters + overheadBytes
  }

  /** New fields and dates after a validation (RFC 9111, 4.3.4). */
  refresh(fields: Fields, respondedAt: Ms, freshness: Freshness): void {
    this.#fields = fields
    this.#respondedAt = respondedAt
    this.#freshness = freshness
    this.#headSecond = Number.NaN
  }

  /**
   * Makes it stale from now on, a soft purge: for the rest of its lifetime and its windows it may be served while it is refreshed.
   * Its age rises to its lifetime, so that PoPs that get it meanwhile don't take it for fresh.
   */
  expire(now: Ms): void {
    const earlierMs = Math.max(0, this.#freshness.freshUntil - now)
    const { initialAgeMs, freshUntil } = this.#freshness
    this.#freshness = { ...this.#freshness, initialAgeMs: initialAgeMs + earlierMs, freshUntil: freshUntil - earlierMs }
    this.#headSecond = Number.NaN
  }

  ageSeconds(now: Ms): number {
    return Math.floor(currentAgeMs(this, now) / 1000)
  }

  ttlSeconds(now: Ms): number {
    return Math.floor((this.#freshness.freshUntil - now) / 1000)
  }

  /** The head of a whole answer to a hit: fields, Content-Length, Age and Cache-Status in one flat array, to be read at once. */
  hitHead(cacheName: string, role: string, now: Ms): string[] {
    const second = Math.floor(now / 1000)
    if (second !== this.#headSecond) {
      this.#headSecond = second
      const ttl = this.ttlSeconds(now)
      const head = this.framedFields()
      const status = formatCacheStatus(cacheName, { isHit: true, ttl, key: this.key })
      head.push('Age', String(this.ageSeconds(now)), 'Cache-Status', status, 'Server-Timing', `${role};desc=hit`)
      this.#head = head
    }
    return this.#head
  }

  /** The stored fields, with a Content-Length where the origin gave none. */
  framedFields(): string[] {
    const fields = [...this.#fields]
    if (this.status !== 204 && lineOf(fields, 'content-length') === undefined)
      fields.push('Content-Length', String(this.body.length))
    return fields
  }
}

/** Names by which an origin groups responses for purging. Cache-Tag separates by commas, Surrogate-Key by spaces. */
export function tagsOf(fields: Fields): string[] {
  const tags: string[] = []
  for (const line of linesOf(fields, 'cache-tag')) tags.push(...line.split(/[, \t]+/))
  for (const line of linesOf(fields, 'surrogate-key')) tags.push(...line.split(/[, \t]+/))
  return tags.filter(tag => tag !== '')
}

import type { Cache } from '../cache/cache.ts'
import { combined, type Fields, lineOf } from '../cache/http/fields.ts'
import { prefersLanguage, variantKey } from '../cache/http/vary.ts'
import type { Ms } from '../lib/clock.ts'
import { createRandom, hashText } from '../lib/random.ts'
import type { Spec } from '../lib/registry.ts'
import { chooseCache } from '../policies/choose-cache.ts'
import type { StoredResponse } from './stored-response.ts'

export interface ShelfOptions {
  capacityBytes: number
  policy: Spec
  admission: Spec
  seed: number
}

/** What a purge is of: a key's responses, those of a path on any host, those whose path begins so, those with a tag, or all. */
export type PurgeScope =
  | { kind: 'key'; key: string }
  | { kind: 'path'; path: string }
  | { kind: 'prefix'; prefix: string }
  | { kind: 'tag'; tag: string }
  | { kind: 'all' }

/** More variants than these for one key, and the oldest goes. */
const greatestVariants = 16

/**
 * The responses that a live PoP holds: bodies beside a `Cache`, which owns room and order as in the simulation. An object's id is
 * a hash of its key, so that the ghosts of a policy know it when it comes back; two objects of one hash take neighbouring ids.
 */
export class Shelf {
  /** Newest first, at most `greatestVariants` a key. */
  readonly #byKey = new Map<string, StoredResponse[]>()
  readonly #byId = new Map<number, StoredResponse>()
  readonly #options: ShelfOptions
  #cache: Cache
  #restarts = 0

  constructor(options: ShelfOptions) {
    this.#options = options
    this.#cache = this.#createCache()
  }

  get cache(): Cache {
    return this.#cache
  }

  get objects(): number {
    return this.#byId.size
  }

  /** The newest stored response that this request selects, or undefined. Source: RFC 9111, 4.1. */
  select(key: string, request: Fields): StoredResponse | undefined {
    const variants = this.#byKey.get(key)
    if (variants === undefined) return undefined
    for (const stored of variants)
      if (stored.varyNames.length === 0 || variantKey(stored.varyNames, request) === stored.variant) return stored
    return variants.find(
      ({ varyNames, fields }) =>
        varyNames.length === 1 &&
        varyNames[0] === 'accept-language' &&
        prefersLanguage(combined(request, 'accept-language'), lineOf(fields, 'content-language')),
    )
  }

  /** True when some response is stored under this key, whatever its variant. */
  hasKey(key: string): boolean {
    return this.#byKey.has(key)
  }

  /** What tells the flights of one key apart: the request's values of the fields that the newest response varies by. */
  variantOf(key: string, request: Fields): string {
    const names = this.#byKey.get(key)?.[0]?.varyNames
    return names === undefined || names.length === 0 ? '' : variantKey(names, request)
  }

  /** Tells policy and admission of an ask; `stored` is what it found. */
  asked(stored: StoredResponse | undefined, key: string, now: Ms): void {
    this.#cache.look(stored?.id ?? hashId(key, ''), now)
  }

  /** Takes a response in, in the place of those that the same request selects; false when it was refused. */
  store(stored: StoredResponse, request: Fields): boolean {
    for (const held of [...(this.#byKey.get(stored.key) ?? [])])
      if (variantKey(held.varyNames, request) === held.variant) this.remove(held)
    stored.id = this.#freeId(stored.key, stored.variant)
    const { freshUntil, staleUntil, errorUntil } = stored.freshness
    this.#byId.set(stored.id, stored)
    if (!this.#cache.store(stored.id, stored.costBytes, freshUntil, staleUntil, errorUntil)) {
      this.#byId.delete(stored.id)
      stored.isGone = true
      return false
    }
    const variants = this.#byKey.get(stored.key)
    if (variants === undefined) this.#byKey.set(stored.key, [stored])
    else variants.unshift(stored)
    if (variants !== undefined && variants.length > greatestVariants) this.remove(variants.at(-1)!)
    return true
  }

  /** Brings the shelf's dates and bytes up to date after `stored.refresh` or `expire`. */
  redate(stored: StoredResponse): void {
    if (stored.isGone) return
    const { freshUntil, staleUntil, errorUntil } = stored.freshness
    if (
      !this.#cache.store(
        stored.id,
        this.#cache.bytesOf(this.#cache.slotOf(stored.id)),
        freshUntil,
        staleUntil,
        errorUntil,
      )
    )
      this.#unlist(stored)
  }

  remove(stored: StoredResponse): void {
    if (stored.isGone) return
    this.#cache.forget(stored.id)
    this.#unlist(stored)
  }

  /** Begins again empty, with a policy that remembers nothing. */
  restart(): void {
    for (const stored of this.#byId.values()) stored.isGone = true
    this.#byId.clear()
    this.#byKey.clear()
    this.#restarts++
    this.#cache = this.#createCache()
  }

  /** Takes out, or only makes stale, everything in the scope; answers how many responses that were. */
  purge(scope: PurgeScope, isSoft: boolean, now: Ms): number {
    let count = 0
    for (const stored of this.#inScope(scope)) {
      count++
      if (isSoft) {
        stored.expire(now)
        this.redate(stored)
      } else this.remove(stored)
    }
    return count
  }

  #createCache(): Cache {
    const { capacityBytes, policy, admission, seed } = this.#options
    return chooseCache({
      capacityBytes,
      policy,
      admission,
      random: createRandom(seed, 'live shelf', String(this.#restarts)),
      future: { nextUse: Number.POSITIVE_INFINITY },
      onEvict: (_slot, id) => this.#unlist(this.#byId.get(id)!),
    })
  }

  #inScope(scope: PurgeScope): StoredResponse[] {
    if (scope.kind === 'key') return [...(this.#byKey.get(scope.key) ?? [])]
    return [...this.#byId.values()].filter(stored => isInScope(scope, stored.key, stored.tags))
  }

  #unlist(stored: StoredResponse): void {
    stored.isGone = true
    this.#byId.delete(stored.id)
    const variants = this.#byKey.get(stored.key)
    if (variants === undefined) return
    const at = variants.indexOf(stored)
    if (at < 0) return
    if (variants.length === 1) this.#byKey.delete(stored.key)
    else variants.splice(at, 1)
  }

  #freeId(key: string, variant: string): number {
    let id = hashId(key, variant)
    while (this.#byId.has(id)) id = (id + 1) % greatestId
    return id
  }
}

/** True when a response belongs to the scope of a purge. A key's path begins at its first slash. */
export function isInScope(scope: PurgeScope, key: string, tags: readonly string[]): boolean {
  if (scope.kind === 'all') return true
  if (scope.kind === 'key') return scope.key === key
  if (scope.kind === 'tag') return tags.includes(scope.tag)
  const path = key.slice(key.indexOf('/'))
  return scope.kind === 'path' ? path === scope.path : path.startsWith(scope.prefix)
}

const greatestId = 2 ** 31 - 2

function hashId(key: string, variant: string): number {
  return (hashText(hashText(0, key), variant) >>> 1) % greatestId
}

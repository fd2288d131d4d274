import { formatHttpDate, parseHttpDate } from '../../cache/http/http-date.ts'
import type { Ms } from '../../lib/clock.ts'
import { BucketFailure } from './failure.ts'
import type { ObjectVersion } from './object-model.ts'

/** The conditions of a request; those of a copy's source have other names. */
export interface Conditions {
  ifMatch: string | undefined
  ifNoneMatch: string | undefined
  ifModifiedSince: string | undefined
  ifUnmodifiedSince: string | undefined
}

export function readConditions(
  field: (name: string) => string | undefined,
  prefix: '' | 'x-amz-copy-source-',
): Conditions {
  return {
    ifMatch: field(`${prefix}if-match`),
    ifNoneMatch: field(`${prefix}if-none-match`),
    ifModifiedSince: field(`${prefix}if-modified-since`),
    ifUnmodifiedSince: field(`${prefix}if-unmodified-since`),
  }
}

/** What conditions say of an object that is to be read. Source: RFC 9110, 13.2.2. */
export function judgeRead(conditions: Conditions, version: ObjectVersion, now: Ms): 'send' | 'not-modified' | 'failed' {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions
  const modifiedMs = Math.floor(version.modifiedMs / 1000) * 1000
  const asked = (text: string | undefined): Ms | undefined =>
    text === undefined ? undefined : parseHttpDate(text, now)
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, version.etag)) return 'failed'
  } else {
    const since = asked(ifUnmodifiedSince)
    if (since !== undefined && modifiedMs > since) return 'failed'
  }
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, version.etag) ? 'not-modified' : 'send'
  const since = asked(ifModifiedSince)
  return since !== undefined && modifiedMs <= since ? 'not-modified' : 'send'
}

/** Throws 412 when the source of a copy is not as was asked; there is no 304 for a copy. */
export function requireSource(conditions: Conditions, version: ObjectVersion, now: Ms): void {
  if (judgeRead(conditions, version, now) !== 'send')
    throw new BucketFailure('PreconditionFailed', undefined, { Condition: 'x-amz-copy-source-If' })
}

/** What a write demands of the object that it would replace. */
export function createWriteRequirement({
  ifMatch,
  ifNoneMatch,
}: Conditions): (current: ObjectVersion | undefined) => void {
  return current => {
    if (ifMatch !== undefined) {
      if (current === undefined) throw new BucketFailure('NoSuchKey')
      if (!matches(ifMatch, current.etag))
        throw new BucketFailure('PreconditionFailed', undefined, { Condition: 'If-Match' })
    }
    if (ifNoneMatch !== undefined && current !== undefined && matches(ifNoneMatch, current.etag))
      throw new BucketFailure('PreconditionFailed', undefined, { Condition: 'If-None-Match' })
  }
}

/** True when a list of entity tags, or `*`, names this one. Clients leave out the quotes now and then. */
export function matches(list: string, etag: string): boolean {
  return list
    .split(',')
    .map(tag => tag.trim().replace(/^W\//, '').replace(/^"|"$/g, ''))
    .some(tag => tag === '*' || tag === etag)
}

export function lastModified(version: ObjectVersion): string {
  return formatHttpDate(version.modifiedMs)
}

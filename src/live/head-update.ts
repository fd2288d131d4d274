import { without } from '../cache/http/fields.ts'
import { judgeStorage, type Mode } from '../cache/http/freshness.ts'
import { isSameRepresentation, updatedFields } from '../cache/http/validators.ts'
import type { Ms } from '../lib/clock.ts'
import type { FetchedResponse } from './errand.ts'
import type { Shelf } from './shelf.ts'
import type { StoredResponse } from './stored-response.ts'

const notTaken = new Set(['content-length', 'content-encoding', 'content-range'])

/**
 * Lets a 200 to HEAD freshen what is held for GET when both are of one representation, and forgets what is held when they are
 * not. Source: RFC 9111, 4.3.5.
 */
export function freshenByHead(
  shelf: Shelf,
  held: StoredResponse,
  fetched: FetchedResponse,
  { mode, now }: { mode: Mode; now(): Ms },
): void {
  if (fetched.status !== 200 || held.isGone || held.part !== undefined) return
  if (!isSameRepresentation(fetched.fields, held.fields, held.body.length)) {
    shelf.remove(held)
    return
  }
  const respondedAt = now()
  const fields = updatedFields(without(held.fields, new Set(['via'])), without(fetched.fields, notTaken))
  const times = { requestedAt: respondedAt, respondedAt }
  const exchange = { method: 'GET', isAuthorized: false, isRequestNoStore: false, status: 200, fields, ...times }
  const { mayStore, freshness } = judgeStorage(exchange, mode)
  if (!mayStore) shelf.remove(held)
  else {
    held.refresh(fields, respondedAt, freshness)
    shelf.redate(held)
  }
}

import { without } from '../cache/http/fields.ts'
import type { StorageDecision } from '../cache/http/freshness.ts'
import { sortedVary, variantKey } from '../cache/http/vary.ts'
import type { Ms } from '../lib/clock.ts'
import type { Errand, FetchedResponse } from './errand.ts'
import { sharedTexts } from './shared-texts.ts'
import type { Shelf } from './shelf.ts'
import { storePart } from './store-part.ts'
import { StoredResponse } from './stored-response.ts'

/** Puts a complete answer on the shelf, without the fields that must not be kept; false when it was refused. */
export function storeFetched(
  shelf: Shelf,
  { key, clientFields }: Errand,
  response: FetchedResponse,
  decision: StorageDecision,
  respondedAt: Ms,
): boolean {
  const varyNames = sortedVary(response.fields)
  const given = {
    key,
    varyNames,
    variant: variantKey(varyNames, clientFields),
    status: response.status,
    reason: response.reason,
    fields: sharedTexts(without(response.fields, new Set(decision.unkeptFields))),
    respondedAt,
    freshness: decision.freshness,
  }
  const body = response.body.whole()
  if (response.status === 206) return storePart(shelf, given, body, clientFields)
  return shelf.store(new StoredResponse({ ...given, body, part: undefined }), clientFields)
}

import { type Fields, lineOf, without } from '../cache/http/fields.ts'
import { judgeStorage, type StorageDecision } from '../cache/http/freshness.ts'
import { endToEndFields } from '../cache/http/hop-by-hop.ts'
import { formatHttpDate, parseHttpDate } from '../cache/http/http-date.ts'
import { parseContentRange } from '../cache/http/ranges.ts'
import { excuseFor } from '../cache/http/reuse.ts'
import { hasNoContent, isOriginFailure, saysNothingOfIt } from '../cache/http/status.ts'
import { isAbout, updatedFields } from '../cache/http/validators.ts'
import { sortedVary, variantKey } from '../cache/http/vary.ts'
import type { Ms } from '../lib/clock.ts'
import type { Errand, FetchedResponse, FlightDeck, Outcome, Participant } from './errand.ts'
import { isOwnUri } from './invalidation.ts'
import { SharedBody } from './shared-body.ts'
import { isInScope, type PurgeScope } from './shelf.ts'
import { storeFetched } from './store-fetched.ts'
import { type StoredResponse, tagsOf } from './stored-response.ts'
import type { UpstreamControl, UpstreamFailure, UpstreamHandler } from './upstream.ts'

/** One fetch from the upstream with all who wait for it. It outlives its clients where the shelf can use its answer. */
export class Flight implements UpstreamHandler {
  /** Under what others find it. */
  flightKey: string
  readonly #deck: FlightDeck
  readonly #errand: Errand
  readonly #onOver: (flight: Flight) => void
  readonly #requestedAt: Ms
  #participants: Participant[] = []
  #control: UpstreamControl | undefined
  #stall: NodeJS.Timeout | undefined
  #response: FetchedResponse | undefined
  #decision: StorageDecision | undefined
  #respondedAt = 0
  #isStoring = false
  #isSettled = false
  #isOver = false
  #isDoomed = false
  readonly #tagPurges: string[] = []

  constructor(
    deck: FlightDeck,
    errand: Errand,
    flightKey: string,
    leader: Participant | undefined,
    onOver: (flight: Flight) => void,
  ) {
    this.flightKey = flightKey
    this.#deck = deck
    this.#errand = errand
    this.#onOver = onOver
    this.#requestedAt = deck.now()
    if (leader) this.#participants.push(leader)
  }

  /** Sends the request; the outcome may come before this returns. */
  launch(): void {
    this.#deck.counters.upstreamRequests++
    this.#control = this.#deck.upstream.ask(this.#errand.request, this)
  }

  get clientFields(): Fields {
    return this.#errand.clientFields
  }

  get key(): string {
    return this.#errand.key
  }

  /** True until its answer has come to an end. */
  get isAloft(): boolean {
    return !this.#isOver
  }

  /** True when somebody can still join: before the head, or while a body that can be shared is coming and kept whole. */
  get isJoinable(): boolean {
    if (this.#isOver || this.#isDoomed) return false
    return !this.#isSettled || (this.#response !== undefined && this.#isShareable() && this.#response.body.isKept)
  }

  join(participant: Participant): void {
    if (this.#isSettled) {
      participant.onOutcome(this.#outcomeFor(participant))
      return
    }
    this.#participants.push(participant)
    this.#stall ??= setTimeout(() => this.#giveUpWaiting(), this.#deck.collapseWaitMs)
  }

  /** A participant's client has left before the head. */
  leave(participant: Participant): void {
    const at = this.#participants.indexOf(participant)
    if (at >= 0) this.#participants.splice(at, 1)
    if (this.#participants.length === 0 && !this.#isSettled && !this.#goesOnAlone()) this.#abort()
  }

  /** Keeps this answer off the shelf if the purge is of it: what left the origin before a purge is old. */
  doomIfIn(scope: PurgeScope): void {
    if (scope.kind === 'tag' && !this.#isSettled) this.#tagPurges.push(scope.tag)
    else if (isInScope(scope, this.key, tagsOf(this.#response?.fields ?? []))) this.#doom()
  }

  onInterim(status: number, fields: Fields): void {
    for (const participant of this.#participants) participant.onInterim(status, fields)
  }

  onHead(status: number, reason: string, rawFields: Fields, control: UpstreamControl): void {
    const { held, request } = this.#errand
    this.#control = control
    this.#respondedAt = this.#deck.now()
    const fields = this.#ownFields(rawFields)
    if (status === 304 && held !== undefined) this.#validated(held, fields)
    else if (isOriginFailure(status) && held !== undefined && this.#isExcused(held)) {
      control.abort()
      this.#settle({ kind: 'failed', status, detail: 'origin-status', isUnreachable: false })
      this.#over()
    } else {
      if (held !== undefined && !saysNothingOfIt(status) && request.method === 'GET' && status !== 206)
        this.#deck.shelf.remove(held)
      this.#respond(status, reason, fields, control)
    }
  }

  onData(chunk: Buffer): void {
    const body = this.#response?.body
    if (body === undefined) return
    body.push(chunk)
    if (this.#isStoring && body.bytes > this.#deck.greatestObjectBytes) this.#tooLarge()
  }

  onEnd(): void {
    if (this.#isStoring && !this.#isDoomed) this.#store()
    this.#response?.body.finish()
    this.#over()
  }

  onFailure(failure: UpstreamFailure): void {
    if (!this.#isSettled) this.#settle({ kind: 'failed', ...failure, isUnreachable: true })
    else if (this.#response !== undefined) {
      this.#deck.counters.truncated++
      this.#response.body.fail()
    }
    this.#over()
  }

  #ownFields(rawFields: Fields): string[] {
    const fields = endToEndFields(rawFields)
    if (parseHttpDate(lineOf(fields, 'date') ?? '', this.#respondedAt) === undefined)
      fields.push('Date', formatHttpDate(this.#respondedAt))
    fields.push('Via', this.#deck.via)
    return fields
  }

  #isExcused(held: StoredResponse): boolean {
    return excuseFor(held, this.#errand.control, false, this.#respondedAt, this.#deck.mode) !== undefined
  }

  #judge(status: number, fields: Fields, method: string): StorageDecision {
    const { isAuthorized, control, forced } = this.#errand
    const isRequestNoStore = control.has('no-store')
    const times = { requestedAt: this.#requestedAt, respondedAt: this.#respondedAt }
    // What an operator sets is for the things themselves: not for failures, nor for what one visitor got for a token of his own.
    const set = status >= 400 || isAuthorized ? undefined : forced
    return judgeStorage({ method, status, fields, isAuthorized, isRequestNoStore, ...times }, this.#deck.mode, set)
  }

  #validated(held: StoredResponse, fields: Fields): void {
    const { shelf } = this.#deck
    if (isAbout(fields, held.fields)) {
      const updated = updatedFields(without(held.fields, new Set(['via', 'date'])), without(fields, new Set(['age'])))
      const decision = this.#judge(held.status, [...updated, ...ageLine(fields)], 'GET')
      held.refresh(updated, this.#respondedAt, decision.freshness)
      if (!decision.mayStore || this.#isDoomed) shelf.remove(held)
      else shelf.redate(held)
    }
    const isFreshAgain = !held.isGone && !held.freshness.isNoCache && held.freshness.freshUntil > this.#respondedAt
    this.#mark(isFreshAgain)
    this.#settle({ kind: 'validated', stored: held, isFreshAgain }, () => isFreshAgain)
  }

  #respond(status: number, reason: string, fields: Fields, control: UpstreamControl): void {
    const { errand, deck } = { errand: this.#errand, deck: this.#deck }
    const decision = this.#judge(status, fields, errand.request.method)
    this.#decision = decision
    const against = errand.mayStore ? decision.reason || this.#reasonAgainst(status, fields) : 'bypass'
    this.#isStoring = against === ''
    if (this.#tagPurges.some(tag => tagsOf(fields).includes(tag))) this.#doom()
    const body = new SharedBody(control, this.#isStoring, () => this.#deserted())
    const { initialAgeMs, freshUntil } = decision.freshness
    const ttlSeconds = Math.floor((freshUntil - this.#respondedAt) / 1000)
    const kept = errand.mayStore ? without(fields, new Set(['age'])) : fields
    this.#response = { status, reason, fields: kept, body, reasonAgainst: against, initialAgeMs, ttlSeconds }
    this.#mark(this.#isShareable())
    if (this.#isShareable()) deck.onVary(this, sortedVary(kept))
    if (against === 'too-large') deck.counters.tooLarge++
    this.#settle({ kind: 'response', response: this.#response }, participant => this.#isFor(participant))
    if (body.readers === 0 && errand.request.method !== 'HEAD' && !hasNoContent(status)) this.#deserted()
  }

  #reasonAgainst(status: number, fields: Fields): string {
    const { request, clientFields } = this.#errand
    const length = lineOf(fields, 'content-length')
    if (this.#isDoomed) return 'purged'
    if (length !== undefined && Number(length) > this.#deck.greatestObjectBytes) return 'too-large'
    if (status === 206)
      return lineOf(clientFields, 'range') !== undefined && parseContentRange(lineOf(fields, 'content-range'))
        ? ''
        : 'partial'
    if (request.method !== 'POST') return ''
    return status === 200 && isOwnUri(lineOf(fields, 'content-location'), this.key) ? '' : 'method'
  }

  #isShareable(): boolean {
    if (!this.#isStoring || this.#isDoomed || this.#decision === undefined) return false
    const { isNoCache, freshUntil } = this.#decision.freshness
    return !isNoCache && freshUntil > this.#respondedAt
  }

  #isFor(participant: Participant): boolean {
    if (!this.#isShareable()) return false
    const names = sortedVary(this.#response!.fields)
    return variantKey(names, participant.clientFields) === variantKey(names, this.#errand.clientFields)
  }

  #outcomeFor(participant: Participant): Outcome {
    return this.#isFor(participant) ? { kind: 'response', response: this.#response! } : { kind: 'again' }
  }

  #mark(isShareable: boolean): void {
    if (!this.#errand.mayStore) return
    if (isShareable) this.#deck.markers.clear(this.key)
    else if (this.#errand.isShared) this.#deck.markers.mark(this.key, this.#respondedAt)
  }

  #settle(outcome: Outcome, isFor: (participant: Participant) => boolean = () => true): void {
    clearTimeout(this.#stall)
    this.#isSettled = true
    const participants = this.#participants
    this.#participants = []
    for (const [index, participant] of participants.entries())
      participant.onOutcome(index === 0 || isFor(participant) ? outcome : { kind: 'again' })
  }

  /** The head is too late for those who joined: they go on, one of them in a flight of its own. */
  #giveUpWaiting(): void {
    this.#stall = undefined
    this.#isDoomed = true
    const waiters = this.#participants.splice(1)
    this.#onOver(this)
    for (const waiter of waiters) waiter.onOutcome({ kind: 'again' })
  }

  #doom(): void {
    this.#isDoomed = true
    this.#isStoring = false
    this.#response?.body.release()
    this.#onOver(this)
  }

  #tooLarge(): void {
    this.#isStoring = false
    this.#deck.counters.tooLarge++
    this.#deck.markers.mark(this.key, this.#deck.now())
    this.#response!.body.release()
    this.#onOver(this)
    if (this.#response!.body.readers === 0) this.#abort()
  }

  #goesOnAlone(): boolean {
    return this.#deck.finishesAbandoned && this.#errand.mayStore && this.#errand.request.method === 'GET'
  }

  #deserted(): void {
    if (!(this.#isStoring && this.#deck.finishesAbandoned)) this.#abort()
  }

  #abort(): void {
    this.#control?.abort()
    this.#response?.body.fail()
    this.#over()
  }

  #over(): void {
    if (this.#isOver) return
    clearTimeout(this.#stall)
    this.#isOver = true
    this.#onOver(this)
  }

  #store(): void {
    const { shelf, counters, unkeptFields } = this.#deck
    const decision = { ...this.#decision!, unkeptFields: [...this.#decision!.unkeptFields, ...unkeptFields] }
    const isStored = storeFetched(shelf, this.#errand, this.#response!, decision, this.#respondedAt)
    if (!isStored) counters.refusedByShelf++
  }
}

function ageLine(fields: Fields): string[] {
  const age = lineOf(fields, 'age')
  return age === undefined ? [] : ['Age', age]
}

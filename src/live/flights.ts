import { type Fields, lineOf } from '../cache/http/fields.ts'
import { variantKey } from '../cache/http/vary.ts'
import type { Errand, FlightDeck, Participant } from './errand.ts'
import { Flight } from './flight.ts'
import type { PurgeScope } from './shelf.ts'

/** The fetches of a PoP that are under way: found by what they fetch, so that others can join. */
export class Flights {
  readonly #deck: FlightDeck
  readonly #byKey = new Map<string, Flight>()
  /** Every flight under way, also those that nobody can join any more: for purges. */
  readonly #aloft = new Set<Flight>()
  /** What answers on their way vary by, until they are on the shelf. */
  readonly #varyAloft = new Map<string, readonly string[]>()

  constructor(deck: Omit<FlightDeck, 'onVary'>) {
    this.#deck = { ...deck, onVary: (flight, names) => this.#partVariants(flight, names) }
  }

  get count(): number {
    return this.#aloft.size
  }

  /** What a request's flight is found under: its key, variant and range. None of the first two holds a line feed. */
  keyFor(key: string, fields: Fields, range: string | undefined): string {
    const names = this.#varyAloft.get(key)
    const variant = names === undefined ? this.#deck.shelf.variantOf(key, fields) : variantKey(names, fields)
    return flightKeyOf(key, variant, range)
  }

  /** A flight that can be joined, or undefined. */
  find(flightKey: string): Flight | undefined {
    const flight = this.#byKey.get(flightKey)
    return flight?.isJoinable ? flight : undefined
  }

  /** A new flight, not launched yet; found by others when its errand is shared. */
  create(errand: Errand, flightKey: string, leader: Participant | undefined): Flight {
    const flight = new Flight(this.#deck, errand, flightKey, leader, over => this.#land(over))
    this.#aloft.add(flight)
    if (errand.isShared) this.#byKey.set(flightKey, flight)
    return flight
  }

  /** Keeps off the shelf what left the upstream before a purge of this scope. */
  doom(scope: PurgeScope): void {
    for (const flight of [...this.#aloft]) flight.doomIfIn(scope)
  }

  #land(flight: Flight): void {
    if (this.#byKey.get(flight.flightKey) === flight) this.#byKey.delete(flight.flightKey)
    if (flight.isAloft) return
    this.#aloft.delete(flight)
    this.#varyAloft.delete(flight.key)
  }

  /** Lets a flight be found only by those who ask for its variant, now that it is known what its answer varies by. */
  #partVariants(flight: Flight, names: readonly string[]): void {
    if (names.length === 0 || this.#byKey.get(flight.flightKey) !== flight) return
    this.#varyAloft.set(flight.key, names)
    this.#byKey.delete(flight.flightKey)
    const range = lineOf(flight.clientFields, 'range')
    flight.flightKey = flightKeyOf(flight.key, variantKey(names, flight.clientFields), range)
    this.#byKey.set(flight.flightKey, flight)
  }
}

function flightKeyOf(key: string, variant: string, range: string | undefined): string {
  return `${key}\n${variant}\n${range ?? ''}`
}

import type { ForcedFreshness, Mode } from '../cache/http/freshness.ts'
import type { Ms } from '../lib/clock.ts'
import type { ShelfOptions } from './shelf.ts'

/** What a live PoP is. */
export interface LivePopOptions extends ShelfOptions {
  /** Names it in Via, Cache-Status and CDN-Loop: a token, its own among all PoPs. */
  name: string
  mode: Mode
  /** Labels of Server-Timing. */
  role: 'edge' | 'shield'
  upstreamRole: 'shield' | 'origin'
  /** The Host that the upstream gets; undefined: the client's, which is then part of the key. */
  host: string | undefined
  /** Stands in for the Host that an HTTP/1.0 client leaves out. */
  fallbackHost: string
  /** One fetch for many who ask for the same at once. */
  collapses: boolean
  collapseWaitMs: Ms
  /** How long asks for what can't be shared go alone after one answer showed it. */
  markerLifeMs: Ms
  finishesAbandoned: boolean
  /** Larger objects pass through unstored. */
  greatestObjectBytes: number
  /** What the operator sets for a path whatever the origin says; undefined where nothing is set. */
  forcedFreshness: ((path: string) => ForcedFreshness | undefined) | undefined
  /** Milliseconds since 1970. */
  now(): Ms
}

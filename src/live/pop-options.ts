import type { ForcedFreshness, Mode } from '../cache/http/freshness.ts'
import type { Ms } from '../lib/clock.ts'
import type { EdgeCode } from './edge-code.ts'
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
  /** The path with the part of its query that names the object; undefined: all of it does. */
  keyPath: ((path: string) => string) | undefined
  /** Hooks that this PoP runs; undefined where there are none. */
  edgeCode: EdgeCode | undefined
  /** True: a request without a trace of AWS's kind is given one, so that what stands behind can be told to belong to it. */
  beginsTraces: boolean
  /** Milliseconds since 1970. */
  now(): Ms
}

/** What a PoP calls itself in Cache-Status and Via, where only the letters of a token may stand. */
export function popNameOf(id: string): string {
  return id.replace(/[^A-Za-z0-9._-]/g, '-')
}

/** What a PoP is unless something else is said; name, origin and host are for the caller to say. */
export function defaultPopOptions(capacityBytes: number): Omit<LivePopOptions, 'name' | 'host' | 'fallbackHost'> {
  return {
    mode: 'conformant',
    role: 'edge',
    upstreamRole: 'origin',
    capacityBytes,
    policy: 'lru',
    admission: 'always',
    seed: 1,
    collapses: true,
    collapseWaitMs: 5000,
    markerLifeMs: 5000,
    finishesAbandoned: true,
    greatestObjectBytes: Math.min(capacityBytes, 64 * 1024 * 1024),
    forcedFreshness: undefined,
    keyPath: undefined,
    edgeCode: undefined,
    beginsTraces: false,
    now: Date.now,
  }
}

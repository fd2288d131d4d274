import type { ObjectId } from '../cache/policy.ts'
import type { Ms } from '../lib/clock.ts'

/** The parts that the time of an ask is made of behind and at the edge, in the order in which an ask meets them. */
export const hopKinds = [
  'hook',
  'wire',
  'origin',
  'bucket',
  'gateway',
  'authorizer',
  'cold start',
  'function',
  'table',
] as const
export type HopKind = (typeof hopKinds)[number]

/** What is counted behind and at the edge: what is paid for, and what went wrong. */
export const meterKinds = [
  'asks',
  'bytes',
  'bucket reads',
  'bucket writes',
  'slow downs',
  'gateway requests',
  'gateway throttles',
  'invocations',
  'GB-seconds',
  'cold starts',
  'function throttles',
  'function timeouts',
  'read units',
  'write units',
  'table throttles',
  'hook runs',
  'edge invocations',
  'edge GB-seconds',
] as const
export type MeterKind = (typeof meterKinds)[number]

/** Keeps account of one ask: each part of its time as it is known, and what it uses. Parts may lie within each other. */
export interface Account {
  hop(kind: HopKind, name: string, fromMs: Ms, untilMs: Ms): void
  count(meter: MeterKind, amount: number): void
}

/** Opens an account for an ask, by its object and the time at which it arrives. */
export type OpenAccount = (id: ObjectId, now: Ms) => Account

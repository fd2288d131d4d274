import { z } from 'zod'
import { quantilesOf } from '../backend/plans.ts'
import type { Quantiles } from '../backend/quantiles.ts'
import { nameHint } from '../lib/nearest-name.ts'
import { parseDurationMs } from '../lib/quantity.ts'
import { count, duration, record, writtenMark } from './schema-values.ts'

const known = record({
  p50: duration().describe('Half of them are below'),
  p90: duration().optional().describe('One of ten is above'),
  p99: duration().describe('One of a hundred is above'),
}).refine(({ p50, p90 = p50, p99 }) => p50 <= p90 && p90 <= p99, { error: 'p50, p90, p99 must rise' })

/** How long something takes: `12ms` always, `{ p50: 12ms, p99: 60ms }`, or the name of a preset. */
export function quantiles(presets: Readonly<Record<string, Quantiles>> = {}) {
  return z.union([known, z.string(), z.number()]).transform((given, context): Quantiles => {
    if (typeof given === 'object') return quantilesOf(given)
    const preset = Object.hasOwn(presets, given) ? presets[given] : undefined
    if (preset !== undefined) return preset
    const ms = parseDurationMs(given)
    if (ms !== undefined) return [[0.5, ms]]
    const names = Object.keys(presets)
    const hint = names.length > 0 ? nameHint(String(given), names) : 'write it as 12ms or { p50: 12ms, p99: 60ms }'
    context.addIssue({ code: 'custom', message: `${writtenMark} is no time`, params: { hint } })
    return z.NEVER
  })
}

const access = z.enum(['read', 'write', 'read-write'])

/** What a function does with something that it uses: `read`, or with how often and how. */
export const use = z.union([
  record({
    access: access.describe('What it may do'),
    calls: count(0, 1000).default(1).describe('In the model: operations of one event'),
    consistent: z.boolean().default(false).describe('In the model: strong reads, which cost twice an eventual one'),
    attempts: count(1, 100).default(3).describe('In the model: tries of a throttled operation, as the SDKs make them'),
  }),
  access,
])

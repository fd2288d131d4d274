import { z } from 'zod'
import { parseBytes, parseDurationMs, parseRatePerSecond, parseShare } from '../lib/quantity.ts'
import type { Spec } from '../lib/registry.ts'
import { parseSpec } from '../lib/registry.ts'
import { UserError } from '../lib/user-error.ts'

/** Stands in a message for the words that the person wrote at that place. */
export const writtenMark = '{written}'

const textOrNumber = z.union([z.string(), z.number()])

interface Bounds {
  /** False: zero is a mistake, because nothing would happen. */
  zero?: boolean
}

function quantity(read: (text: string | number) => number | undefined, noun: string, hint: string) {
  return ({ zero = true }: Bounds = {}) =>
    textOrNumber.transform((text, context): number => {
      const value = read(text)
      if (value !== undefined && (zero || value > 0)) return value
      const message =
        value === undefined ? `${writtenMark} is no ${noun}` : `${writtenMark} is nothing: it must be more`
      context.addIssue({ code: 'custom', message, params: { hint } })
      return z.NEVER
    })
}

/** Bytes: `10GiB`, `500 MB`, 4096. */
export const size = quantity(parseBytes, 'size', 'write it as 10GiB, 500MB or a number of bytes')
/** Milliseconds: `30s`, `1h30m`, 250. */
export const duration = quantity(parseDurationMs, 'duration', 'write it as 30s, 1h30m, 250ms or a number of ms')
/** Events a second: `2000/s`, `5/m`. */
export const rate = quantity(parseRatePerSecond, 'rate', 'write it as 2000/s, 90/m or a number a second')
/** 0 to 1: `25%`, 0.25. */
export const share = quantity(parseShare, 'share', 'write it as 25% or 0.25')
/** Megabits a second: `1 Gbit/s`, `100Mbps`, 100. */
export const bandwidth = quantity(parseMbps, 'bandwidth', 'write it as 1Gbit/s, 100Mbit/s or a number of Mbit/s')

const mbpsPerUnit: Record<string, number> = { k: 1e-3, M: 1, G: 1e3, T: 1e6 }

function parseMbps(text: string | number): number | undefined {
  if (typeof text === 'number') return text >= 0 ? text : undefined
  const match = /^((?:0|[1-9][0-9]*)(?:\.[0-9]+)?) ?(?:([kMGT])(?:bit\/s|bps))?$/.exec(text)
  return match ? Number(match[1]) * mbpsPerUnit[match[2] ?? 'M']! : undefined
}

/** A whole number of things within bounds. */
export function count(least: number, most = Number.MAX_SAFE_INTEGER) {
  return z.number().int().min(least).max(most)
}

/** A number of things without a limit when it is left out. */
export function limit(least: number) {
  return z
    .union([z.literal('unlimited'), count(least)])
    .prefault('unlimited')
    .transform(given => (given === 'unlimited' ? Number.POSITIVE_INFINITY : given))
}

/** What a spec is checked against: a registry, whatever it registers. */
interface Chooser {
  names: readonly string[]
  choose(spec: Spec): unknown
}

/**
 * The choice of an extension with its parameters: `slru:segments=5` or `{ name: slru, segments: 5 }`. The name and each
 * parameter are checked against the registry. Both ways of writing come out alike: the bare name, or a map with the name first.
 */
export function spec(registry: Chooser) {
  return z
    .union([z.string(), z.looseObject({ name: z.string() })])
    .meta({ examples: [...registry.names] })
    .transform((given, context): Spec => {
      try {
        registry.choose(given)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        for (const { message, hint } of error.mistakes) context.addIssue({ code: 'custom', message, params: { hint } })
        return z.NEVER
      }
      const { name, ...params } = typeof given === 'string' ? parseSpec(given) : given
      return Object.keys(params).length === 0 ? name : { name, ...params }
    })
}

/** A map of known keys; any other key is a mistake that names the nearest known one. */
export function record<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: issue => (issue.code === 'unrecognized_keys' ? known.join(knownKeySeparator) : undefined),
  })
}

/** Between the known keys that `record` hands on in the message of an unknown one. */
export const knownKeySeparator = '\0'

/** An id: what can stand in a file name, a URL and a report without quoting. */
export const identifier = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/, {
    error: `${writtenMark} is no id: up to 64 letters, digits, dots, dashes and underscores`,
  })
  .refine(id => !['__proto__', 'constructor', 'prototype'].includes(id), { error: `${writtenMark} cannot be an id` })

function degrees(noun: string, most: number) {
  const error = `${noun} ${writtenMark} is not within -${most} to ${most} degrees`
  return z.number().min(-most, { error }).max(most, { error })
}

/** A point on the globe: by name, as `"lat,lon"`, or as `{ lat, lon }`. Names are looked up in the atlas when the plan is made. */
export const place = z.union([
  record({
    lat: degrees('latitude', 90).describe('Degrees north'),
    lon: degrees('longitude', 180).describe('Degrees east'),
    name: z.string().optional().describe('What reports call the point'),
    cc: z
      .string()
      .regex(/^[A-Z]{2}$/, { error: `${writtenMark} is no country code of two capitals` })
      .optional()
      .describe('Country code; that of the nearest known city when left out'),
  }),
  z.string().min(1),
])

import { z } from 'zod'
import { parseDurationMs, parseShare } from '../lib/quantity.ts'
import { arrivalModels, popularities, sizeModels, traceFormats } from './registries.ts'
import { hookChoice } from './schema-edge.ts'
import { count, duration, identifier, rate, record, share, spec, writtenMark } from './schema-values.ts'

const objectClass = record({
  share: share().describe('Share of the objects that belong to this class; shares are scaled to add up to 1'),
  sizes: spec(sizeModels).optional().describe('Sizes of its objects; those of the traffic when left out'),
  path: z
    .string()
    .regex(/^\/[^\s{}]*\{id\}[^\s{}]*$/, { error: `${writtenMark} is no path with {id} in it` })
    .optional()
    .describe('Path of its objects, with {id} for the number; /NAME/{id} when left out'),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET').describe('How they are asked for'),
})

/** Requests made from models. */
const synthetic = record({
  // A trace's mistakes are then told as those of a trace.
  trace: z.never().optional(),
  objects: count(1, 100_000_000).default(1_000_000).describe('Number of distinct objects'),
  popularity: spec(popularities).prefault('zipf:alpha=0.9').describe('How requests spread over objects'),
  sizes: spec(sizeModels).prefault('lognormal').describe('Sizes of the objects'),
  classes: z
    .record(identifier, objectClass)
    .optional()
    .describe('Classes of objects by name; the paths of a class begin with /NAME/'),
  arrivals: spec(arrivalModels).prefault('poisson').describe('How requests spread over time'),
  rate: rate({ zero: false }).prefault('2000/s').describe('Requests a second, mean over a day'),
  requests: count(1, 1e12).optional().describe('Ends the run after so many requests; 1 million without a duration'),
  duration: duration({ zero: false }).optional().describe('Ends the run after so much time'),
})

/** Requests of a real trace. */
const traced = record({
  trace: z.string().min(1).describe('A file, beside or below the scenario'),
  format: z
    .enum(['auto', ...traceFormats.names])
    .default('auto')
    .describe('Format of the file; found by its name and first bytes when "auto"'),
  columns: z
    .record(z.string(), z.string())
    .default({})
    .describe('For csv: which column holds time, id, size, city, lat, lon'),
  requests: count(1, 1e12).optional().describe('Reads so many requests only'),
  lenient: z.boolean().default(false).describe('Keeps the good records before a broken one, and says how many'),
})

export const traffic = z.union([traced, synthetic]).prefault({}).describe('What is asked for, and when')

/** What the edge does with matching objects. */
const caching = record({
  ttl: z
    .union([z.literal('origin'), duration()])
    .prefault('24h')
    .describe('How long an object is fresh; `origin`: what its origin says'),
  key: record({
    query: z.array(z.string().min(1)).max(100).describe('Only these parameters tell objects apart'),
  })
    .optional()
    .describe('What of a request names the object; its path and whole query when left out'),
  staleWhileRevalidate: duration().prefault(0).describe('How long after that it is served while it is refreshed'),
  staleIfError: duration().prefault(0).describe('How long after that it is served when the origin fails'),
  uncacheable: share().prefault(0).describe('Share of the objects that must not be stored'),
  changed: share().prefault(0).describe('Share of refreshes that find a changed object'),
})

export const behavior = record({
  path: z.string().min(1).default('*').describe('Path pattern in which * stands for anything'),
  class: z.string().optional().describe('A class of the traffic; any when left out'),
  cache: caching.prefault({}).describe('Freshness'),
  origin: z.string().optional().describe('One of `origins`; the first one when left out'),
  edge: hookChoice.optional().describe('Hooks of `edge` that run for these requests'),
})

const at = duration().describe('When, from the beginning of the run')
const lasting = duration({ zero: false }).optional().describe('Undone after so long')

export const event = z.discriminatedUnion('type', [
  record({
    type: z.literal('pop-down').describe('A PoP stops answering'),
    at,
    for: lasting,
    pop: z.string().describe('Its id'),
  }),
  record({
    type: z.literal('pop-up').describe('A PoP answers again, with an empty shelf'),
    at,
    pop: z.string().describe('Its id'),
  }),
  record({ type: z.literal('origin-down').describe('The origin stops answering'), at, for: lasting }),
  record({ type: z.literal('origin-up').describe('The origin answers again'), at }),
  record({
    type: z.literal('origin-slow').describe('The origin thinks longer'),
    at,
    for: lasting,
    factor: z.number().positive().max(1e6).default(10).describe('Times its think time'),
  }),
  record({
    type: z.literal('purge').describe('Copies are thrown away everywhere'),
    at,
    path: z.string().min(1).default('*').describe('Path pattern'),
    soft: z.boolean().default(false).describe('Marks copies as stale instead'),
  }),
  record({
    type: z.literal('flash-crowd').describe('More visitors come, most of them for one object'),
    at,
    for: duration({ zero: false }).prefault('5m').describe('How long they stay'),
    factor: z.number().min(1).max(1e6).default(10).describe('Times the usual rate'),
    object: count(0).default(0).describe('The object they want, by rank: 0 is the most popular'),
    share: share().prefault('90%').describe('Share of the additional requests that want it'),
    place: z.string().default('').describe('City or country code of the visitors that come; everywhere when left out'),
  }),
])

/** `metric operator value`, the value as a number, a share or a duration. */
export const threshold = z.string().transform((text, context) => {
  const match = /^\s*([a-z][a-z0-9_]*)\s*(<=|>=|<|>)\s*(\S+)\s*$/i.exec(text)
  const value = match ? parseLimit(match[3]!) : undefined
  if (match && value !== undefined)
    return { text: text.trim(), metric: match[1]!, operator: match[2] as '<' | '<=' | '>' | '>=', value }
  const hint = 'write it as hit_ratio > 0.85 or p95_ms < 120'
  context.addIssue({ code: 'custom', message: `${writtenMark} is no threshold`, params: { hint } })
  return z.NEVER
})

function parseLimit(text: string): number | undefined {
  if (/^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text))
    return Number.isFinite(Number(text)) ? Number(text) : undefined
  return text.endsWith('%') ? parseShare(text) : parseDurationMs(text)
}

export const warmup = z
  .string()
  .default('auto')
  .transform((text, context) => {
    if (text === 'auto') return { kind: 'mser5' as const }
    if (text === 'none') return { kind: 'none' as const }
    const part = text.endsWith('%') ? parseShare(text) : undefined
    if (part !== undefined && part < 1) return { kind: 'share' as const, share: part }
    const ms = text.endsWith('%') ? undefined : parseDurationMs(text)
    if (ms !== undefined) return { kind: 'time' as const, ms }
    const hint = 'auto, none, a share below 100% or a duration'
    context.addIssue({ code: 'custom', message: `${writtenMark} is no warm-up`, params: { hint } })
    return z.NEVER
  })

import { z } from 'zod'
import { admissions, policies, routers, rttModels } from './registries.ts'
import { backends } from './schema-backends.ts'
import { cost } from './schema-cost.ts'
import { withHooks } from './schema-edge.ts'
import { behavior, event, threshold, traffic, warmup } from './schema-traffic.ts'
import { bandwidth, count, duration, identifier, limit, place, record, share, size, spec } from './schema-values.ts'

/** What a PoP's shelf is. Each PoP may say it; `edge` says it for all that don't. */
const shelf = {
  capacity: size({ zero: false }).describe('Room of the shelf'),
  policy: spec(policies).describe('Who leaves when the shelf is full'),
  admission: spec(admissions).describe('Who may enter'),
  collapse: z.boolean().describe('A second ask for an object on its way joins the fetch'),
  parent: z
    .string()
    .describe(
      'Who is asked on a miss: the id of a shield, "nearest" (of the lowest shields), or "origin"; nearest where there are shields',
    ),
}

const pop = record({
  id: identifier.describe('Short name, such as an airport code'),
  at: place.describe('Where it stands'),
  capacity: shelf.capacity.optional(),
  policy: shelf.policy.optional(),
  admission: shelf.admission.optional(),
  collapse: shelf.collapse.optional(),
  parent: shelf.parent.optional(),
})

const popMap = record({
  map: z.string().describe('Name of a PoP map; `cdnlab list pops` names them'),
  take: count(1).optional().describe('So many of its PoPs: those that bring people nearest, one after the other'),
  only: z.array(z.string()).min(1).optional().describe('These of its PoPs, by id'),
})

const edge = withHooks({
  capacity: shelf.capacity.prefault('10GiB'),
  policy: shelf.policy.prefault('lru'),
  admission: shelf.admission.prefault('always'),
  collapse: shelf.collapse.default(true),
  parent: shelf.parent.optional(),
})
/** What of `edge` is the shelf of a PoP; all else there are hooks. */
export const edgeKeys: readonly string[] = Object.keys(shelf)

const origin = record({
  at: place.prefault('us-east-1').describe('Where it stands: a cloud region, a city or coordinates'),
  think: duration().prefault('40ms').describe('Time from the ask to the first byte of the answer'),
  concurrency: limit(1).describe('Asks that are worked on at once; the others wait'),
  queue: limit(0).describe('Asks that may wait; more are refused with 503'),
  bandwidth: bandwidth({ zero: false }).prefault('10Gbit/s').describe('Speed at which a body leaves'),
})

const latency = record({
  model: spec(rttModels).prefault('hub-region-factor').describe('Round trips over the public Internet'),
  backbone: spec(rttModels).prefault('hub-region-factor').describe('Round trips between PoPs and to the origin'),
  sigma: z.number().min(0).max(2).default(0).describe('Lasting scatter of each pair; measured: 0.15 to 0.25'),
  protocol: z
    .enum(['tls13', 'tls12', 'tcp', 'quic', 'quic-0rtt'])
    .default('tls13')
    .describe('How a visitor opens a new connection'),
  reuse: share().prefault('80%').describe('Share of the requests that find an open connection'),
  dns: duration().prefault('20ms').describe('Time of a name look-up, paid on a new connection'),
  edgeThink: duration().prefault('0.5ms').describe('Time that a PoP itself needs'),
  until: z.enum(['first-byte', 'last-byte']).default('first-byte').describe('What latencies are measured to'),
  timeout: duration({ zero: false }).prefault('30s').describe('After this long a PoP gives up on its upstream: 504'),
  backboneBandwidth: bandwidth({ zero: false }).prefault('10Gbit/s').describe('Speed of a body between PoPs'),
})

const visitors = record({
  cities: z
    .union([
      z
        .array(
          z.union([
            record({
              at: place.describe('Where they are'),
              weight: z.number().positive().max(1e12).optional().describe('How many; people online when left out'),
            }),
            z.string().min(1),
          ]),
        )
        .min(1)
        .max(65_535),
      count(1, 65_535),
    ])
    .default(1000)
    .describe('The largest cities by people online, or a list of places'),
  countries: z
    .array(z.string().regex(/^[A-Za-z]{2}$/, { error: '{written} is no country code of two letters' }))
    .min(1)
    .optional()
    .describe('Only cities of these countries'),
  access: z
    .record(z.string(), z.number().nonnegative().max(1e9))
    .default({ fibre: 0.35, cable: 0.15, 'wifi-home': 0.2, lte: 0.3 })
    .describe('Last miles and their weights'),
  diurnal: z.number().min(0).max(1).default(0).describe('0: the same all day; 1: nobody at the lowest hour'),
  startHour: z.number().min(0).lt(24).default(0).describe('Hour of the day in UTC at which the run begins'),
})

/** The whole recipe of a run. Everything has a default; quantities are texts with a unit. */
export const scenarioSchema = record({
  $schema: z.string().optional().describe('For editors of JSON files'),
  title: z.string().max(200).default('').describe('One line for reports'),
  description: z.string().max(10_000).default('').describe('What it shows'),
  seed: count(0).default(1).describe('The same seed gives the same run'),
  replications: count(1, 10_000).default(1).describe('Independent repetitions, for intervals'),
  pops: z
    .union([z.array(pop).min(1).max(10_000), popMap, z.string()])
    .prefault('cloudflare')
    .describe('PoPs that visitors reach: the name of a map, a part of one, or a list'),
  edge: edge
    .prefault({})
    .describe('What all those PoPs are unless they say otherwise, and hooks by name: code that runs there'),
  shields: z.array(pop).max(1000).default([]).describe('PoPs that only other PoPs ask: origin shields'),
  origin: origin.prefault({}).describe('Where everything comes from'),
  ...backends,
  router: spec(routers).prefault('lowest-rtt').describe('Which PoP a visitor reaches'),
  latency: latency.prefault({}).describe('What distance costs'),
  visitors: visitors.prefault({}).describe('Who asks'),
  traffic,
  behaviors: z.array(behavior).max(200).default([]).describe('Rules for paths and classes; the first match counts'),
  events: z.array(event).max(10_000).default([]).describe('What happens on the way'),
  thresholds: z.array(threshold).max(100).default([]).describe('What must hold, else the run ends with code 99'),
  cost,
  warmup: warmup.describe('What of the beginning is left out of the figures: auto, none, a share or a duration'),
})

/** A scenario after checks and defaults: quantities in their units, names not yet looked up. */
export type Scenario = z.output<typeof scenarioSchema>
/** A PoP of a list, as a scenario says it. */
export type ScenarioPop = z.output<typeof pop>
/** A place as a scenario says it. */
export type ScenarioPlace = z.output<typeof place>

/** JSON Schema (draft 7) of what a person may write, for editors and other tools. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-7' })
  return { $schema, title: 'cdnlab scenario', ...schema }
}

import { z } from 'zod'
import type { AdmissionDefinition } from '../cache/admission.ts'
import type { PolicyDefinition } from '../cache/policy.ts'
import type { RouterDefinition } from '../geo/router.ts'
import type { RttModelDefinition } from '../geo/rtt.ts'
import { nameHint } from '../lib/nearest-name.ts'
import { createRandom } from '../lib/random.ts'
import type { Definition, Registry } from '../lib/registry.ts'
import { UserError } from '../lib/user-error.ts'
import type { ArrivalDefinition } from '../traffic/arrivals.ts'
import type { PopularityDefinition } from '../traffic/popularity.ts'
import type { SizeDefinition } from '../traffic/sizes.ts'
import type { TraceFormat } from '../traffic/traces/format.ts'
import {
  admissions,
  arrivalModels,
  policies,
  popularities,
  routers,
  rttModels,
  sizeModels,
  traceFormats,
} from './registries.ts'

/** A definition as somebody outside writes it: without parameters of its own, `params` may be left out. */
export type Extension<D> = D extends Definition<infer _> ? Omit<D, 'params'> & { params?: z.ZodType } : never

/** What is brought in from outside: lists of definitions, each for the registry of that name. */
export interface Extensions {
  policies?: readonly Extension<PolicyDefinition>[]
  admissions?: readonly Extension<AdmissionDefinition>[]
  routers?: readonly Extension<RouterDefinition>[]
  rttModels?: readonly Extension<RttModelDefinition>[]
  popularities?: readonly Extension<PopularityDefinition>[]
  sizeModels?: readonly Extension<SizeDefinition>[]
  arrivalModels?: readonly Extension<ArrivalDefinition>[]
  traceFormats?: readonly Extension<TraceFormat>[]
}

const registries = {
  policies,
  admissions,
  routers,
  rttModels,
  popularities,
  sizeModels,
  arrivalModels,
  traceFormats,
} as unknown as Record<keyof Extensions, Registry<Definition>>

/** The function that each kind of definition is nothing without. */
const makerOf: Record<keyof Extensions, string> = {
  policies: 'create',
  admissions: 'create',
  routers: 'create',
  rttModels: 'create',
  popularities: 'create',
  sizeModels: 'create',
  arrivalModels: 'create',
  traceFormats: 'createParser',
}

/**
 * Brings definitions in: from then on their names can be used wherever the built-in ones can. `from` names where they come from.
 * Throws UserError at a registry that there is not, a name that is taken, or a definition that lacks something.
 */
export function extend(extensions: Extensions, from = 'plugin'): void {
  for (const [kind, definitions] of Object.entries(extensions)) {
    const registry = registries[kind as keyof Extensions]
    if (!registry)
      throw new UserError({
        message: `${from}: there is no registry "${kind}"`,
        hint: nameHint(kind, Object.keys(registries)),
      })
    if (!Array.isArray(definitions)) throw new UserError(`${from}: ${kind} is no list`)
    for (const definition of definitions) registry.add(complete(kind as keyof Extensions, definition, from))
  }
}

/** A definition with everything that the registry counts on. Throws UserError. */
function complete(kind: keyof Extensions, given: unknown, from: string): Definition {
  if (typeof given !== 'object' || given === null)
    throw new UserError(`${from}: ${kind} holds something that is no definition`)
  const bare = given as Partial<Definition> & Record<string, unknown>
  const label = `${from}: ${registries[kind].noun} ${String(bare.name)}`
  const maker = makerOf[kind]
  if (typeof bare[maker] !== 'function') throw new UserError(`${label} has no function ${maker}`)
  const definition = { title: String(bare.name), source: from, params: z.strictObject({}), ...bare } as Definition
  const defaults = definition.params.safeParse({})
  if (!defaults.success) throw new UserError(`${label}: each parameter needs a default`)
  if (kind === 'policies') checkPolicy(definition as PolicyDefinition, defaults.data, label)
  if (kind === 'routers') return { settleMs: () => 0, ...definition } as Definition
  return definition
}

const verbs = ['hit', 'admit', 'evict', 'insert', 'remove', 'metadataBytes'] as const

/** A policy that lacks a verb would fail in the middle of a run, and look like a fault of the house. */
function checkPolicy(definition: PolicyDefinition, params: unknown, label: string): void {
  const context = {
    capacityBytes: 10,
    random: createRandom(1, 'extend'),
    future: { nextUse: Number.POSITIVE_INFINITY },
  }
  const policy = createdBy(() => definition.create(context, params), label)
  const missing = verbs.filter(verb => typeof policy?.[verb] !== 'function')
  if (missing.length > 0) throw new UserError(`${label}: its policy has no ${missing.join(', ')}`)
}

function createdBy<Made>(create: () => Made, label: string): Made {
  try {
    return create()
  } catch (error) {
    throw new UserError(`${label}: create throws ${error instanceof Error ? error.message : String(error)}`)
  }
}

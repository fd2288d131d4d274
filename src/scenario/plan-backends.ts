import { type Hook, hooks as moments } from '../backend/edge-hooks.ts'
import type { BucketPlan, EdgePlan, FunctionPlan, TablePlan, UsePlan } from '../backend/plans.ts'
import type { Atlas } from '../geo/atlas.ts'
import { nameHint } from '../lib/nearest-name.ts'
import { unitPricesOf } from '../stats/backend-prices.ts'
import type { PriceBook } from '../stats/cost-prices.ts'
import { type Findings, indexOfName } from './findings.ts'
import type { BackendRule, BackendsPlan, NamedOriginPlan } from './plan.ts'
import { planApis } from './plan-apis.ts'
import { resolvePlace } from './plan-places.ts'
import type { Scenario } from './schema.ts'
import { edgeKeys } from './schema.ts'
import type { Path } from './written.ts'

const plainThinkMs = 40
const dayMs = 864e5

/** What stands behind and at the edge, every name looked up; null for a scenario of one plain origin. */
export function planBackends(
  scenario: Scenario,
  isOriginWritten: boolean,
  atlas: Atlas,
  prices: PriceBook | null,
  findings: Findings,
): BackendsPlan | null {
  const hooks = planHooks(scenario, findings)
  const named = [scenario.origins, scenario.buckets, scenario.tables, scenario.functions, scenario.apis]
  const isPlain = named.every(section => Object.keys(section).length === 0) && hooks.length === 0
  if (isPlain) {
    checkPlainBehaviors(scenario, findings)
    return null
  }
  if (isOriginWritten && Object.keys(scenario.origins).length > 0)
    findings.mistake(['origin'], 'there are `origins` too', 'put it among them under a name')
  const origins = planOrigins(scenario, atlas, findings)
  return {
    origins,
    buckets: planBuckets(scenario, findings),
    tables: planTables(scenario),
    functions: planFunctions(scenario, findings),
    apis: planApis(scenario, findings),
    hooks,
    rules: planRules(scenario, origins, hooks, findings),
    prices: prices === null || scenario.cost === undefined ? null : unitPricesOf(prices),
  }
}

/** Origins and hooks of behaviours mean nothing where there are none. */
function checkPlainBehaviors({ behaviors }: Scenario, findings: Findings): void {
  for (const [row, { origin, edge }] of behaviors.entries()) {
    if (origin !== undefined)
      findings.mistake(['behaviors', row, 'origin'], `unknown origin "${origin}"`, 'name it under `origins`')
    for (const [event, name] of Object.entries(edge ?? {}))
      findings.mistake(['behaviors', row, 'edge', event], `unknown hook "${name}"`, 'name its file under `edge`')
  }
}

function planOrigins({ origins, buckets, apis }: Scenario, atlas: Atlas, findings: Findings): NamedOriginPlan[] {
  return Object.entries(origins).map(([name, { bucket, api, at, maxAge, think, ...limits }]): NamedOriginPlan => {
    const path = ['origins', name]
    if (bucket !== undefined && api !== undefined)
      findings.mistake(path, 'it is a bucket and a gateway at once', 'make two origins of it')
    const kind = bucket !== undefined ? 'bucket' : api !== undefined ? 'api' : 'plain'
    if (kind !== 'plain' && think !== undefined)
      findings.mistake([...path, 'think'], `a ${kind === 'api' ? 'gateway' : 'bucket'} has times of its own`)
    const target =
      kind === 'bucket'
        ? indexOfName(Object.keys(buckets), bucket!, 'bucket', [...path, 'bucket'], findings)
        : kind === 'api'
          ? indexOfName(Object.keys(apis), api!, 'gateway', [...path, 'api'], findings)
          : -1
    return {
      name,
      kind,
      target,
      place: resolvePlace(atlas, at),
      thinkMs: think ?? plainThinkMs,
      maxAgeMs: maxAge ?? (kind === 'api' ? 0 : dayMs),
      concurrency: limits.concurrency,
      queue: limits.queue,
      bandwidthMbps: limits.bandwidth,
    }
  })
}

function planBuckets({ buckets, functions }: Scenario, findings: Findings): BucketPlan[] {
  return Object.entries(buckets).map(([name, bucket]): BucketPlan => {
    if (bucket.replicas > bucket.nodes)
      findings.mistake(
        ['buckets', name, 'replicas'],
        `${bucket.replicas} replicas need as many nodes, and there are ${bucket.nodes}`,
      )
    const path = ['buckets', name, 'on', 'created']
    const called = [bucket.on.created ?? []].flat().filter(target => target !== 'purge')
    for (const target of called) indexOfName(Object.keys(functions), target, 'function', path, findings)
    if (called.length > 1) findings.mistake(path, `calls ${called.length} functions`, 'at most one')
    return {
      name,
      from: bucket.from ?? '',
      nodes: bucket.nodes,
      replicas: bucket.replicas,
      readsPerSecond: bucket.reads,
      writesPerSecond: bucket.writes,
      firstByteMs: bucket.time,
      bandwidthMbps: bucket.bandwidth,
      created: { purge: [bucket.on.created].flat().includes('purge'), function: called[0] ?? '' },
    }
  })
}

function planTables({ tables }: Scenario): TablePlan[] {
  return Object.entries(tables).map(([name, { key, capacity, from = '', endpoint = '', item, read, write }]) => {
    const [partitionKey, sortKey = null] = Object.entries(key).map(([attribute, type]) => ({ name: attribute, type }))
    return {
      name,
      partitionKey: partitionKey!,
      sortKey,
      capacity:
        capacity === 'on-demand'
          ? { mode: 'on-demand' }
          : { mode: 'provisioned', readUnitsPerSecond: capacity.read, writeUnitsPerSecond: capacity.write },
      from,
      endpoint,
      itemBytes: item,
      readMs: read,
      writeMs: write,
    }
  })
}

function planFunctions(scenario: Scenario, findings: Findings): FunctionPlan[] {
  return Object.entries(scenario.functions).map(([name, item]): FunctionPlan => {
    const path = ['functions', name]
    const [file, exportName = 'handler'] = item.handler.split('#') as [string, string?]
    return {
      name,
      file,
      exportName,
      memoryMiB: item.memory,
      timeoutMs: item.timeout,
      concurrency: item.concurrency,
      keepAlive: item.keepAlive,
      variables: item.variables,
      uses: planUses(scenario, item.uses, [...path, 'uses'], findings),
      schedules: [item.schedule].flat(),
      retries: item.retries,
      eventAgeMs: item.eventAge,
      durationMs: item.time,
      placementMs: item.placement,
      initMs: item.cold,
    }
  })
}

/** What a function uses: a name stands for the table, bucket or function that has it. */
function planUses(
  { tables, buckets, functions }: Scenario,
  uses: Scenario['functions'][string]['uses'],
  path: Path,
  findings: Findings,
): UsePlan[] {
  const kinds = Object.entries({ table: tables, bucket: buckets, function: functions }) as [UsePlan['kind'], object][]
  return Object.entries(uses).map(([name, given]): UsePlan => {
    const found = kinds.filter(([, section]) => Object.hasOwn(section, name)).map(([kind]) => kind)
    const known = kinds.flatMap(([, section]) => Object.keys(section))
    if (found.length === 0)
      findings.mistake([...path, name], `there is no table, bucket or function "${name}"`, nameHint(name, known))
    else if (found.length > 1)
      findings.mistake([...path, name], `"${name}" is a ${found.join(' and a ')}`, 'names that are used differ')
    const { access, calls, consistent, attempts } =
      typeof given === 'string' ? { access: given, calls: 1, consistent: false, attempts: 3 } : given
    return { kind: found[0] ?? 'table', name, access, calls, isConsistent: consistent, attempts }
  })
}

/** Hooks are the keys of `edge` that no shelf has. */
function planHooks({ edge, functions }: Scenario, findings: Findings): EdgePlan[] {
  return Object.entries(edge)
    .filter(([name]) => !edgeKeys.includes(name))
    .map(([name, given]): EdgePlan => {
      if (typeof given === 'string') return { name, kind: 'script', file: given, code: '' }
      const { function: target } = given as { function: string }
      indexOfName(Object.keys(functions), target, 'function', ['edge', name, 'function'], findings)
      return { name, kind: 'function', function: target }
    })
}

/** Of each behaviour, in their order and with one for all else: origin, key and hooks. */
function planRules(
  { behaviors }: Scenario,
  origins: readonly NamedOriginPlan[],
  hooks: readonly EdgePlan[],
  findings: Findings,
): BackendRule[] {
  const originNames = origins.map(({ name }) => name)
  const hookNames = hooks.map(({ name }) => name)
  const rules = behaviors.map(({ origin, cache, edge = {} }, row): BackendRule => {
    const path = ['behaviors', row]
    const hookAt = (event: Hook): number =>
      edge[event] === undefined ? -1 : indexOfName(hookNames, edge[event], 'hook', [...path, 'edge', event], findings)
    return {
      origin:
        origin === undefined
          ? Math.min(0, originNames.length - 1)
          : indexOfName(originNames, origin, 'origin', [...path, 'origin'], findings),
      ttlFrom: cache.ttl === 'origin' ? 'origin' : 'behavior',
      queryKey: cache.key?.query ?? null,
      hooks: moments.map(hookAt),
    }
  })
  const forAllElse: BackendRule = {
    origin: Math.min(0, originNames.length - 1),
    ttlFrom: 'origin',
    queryKey: null,
    hooks: moments.map(() => -1),
  }
  return [...rules, forAllElse]
}

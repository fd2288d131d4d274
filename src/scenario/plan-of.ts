import type { Atlas } from '../geo/atlas.ts'
import { createRttModel } from '../geo/models/index.ts'
import { nameHint } from '../lib/nearest-name.ts'
import { formatBytes } from '../lib/quantity.ts'
import type { Spec } from '../lib/registry.ts'
import { type Mistake, UserError } from '../lib/user-error.ts'
import { costMetrics } from '../stats/cost.ts'
import type { PriceBook } from '../stats/cost-prices.ts'
import { metrics } from '../stats/metrics.ts'
import { checkNames } from './check-names.ts'
import { checkRoutes } from './check-routes.ts'
import { createFindings, type Findings } from './findings.ts'
import { type ParsedScenario, sortMistakes } from './parse.ts'
import type { ClassPlan, NetworkPlan, OriginPlan, Plan, TrafficPlan } from './plan.ts'
import { planBackends } from './plan-backends.ts'
import { planCost } from './plan-cost.ts'
import { planBehaviors, planEvents } from './plan-events.ts'
import { planVisitors, resolvePlace } from './plan-places.ts'
import { planPops } from './plan-pops.ts'
import { sizeModels } from './registries.ts'
import type { Scenario } from './schema.ts'

export interface PlannedScenario {
  plan: Plan
  /** What is allowed but probably not meant. */
  warnings: readonly Mistake[]
}

const requestsWithoutEnd = 1_000_000

/**
 * Makes a scenario concrete with what is known of the world. Throws UserError with every mistake: those of the schema and of
 * names together; what is wrong between the parts of a scenario once the parts themselves are right. `prices` is for scenarios that ask
 * what they cost.
 */
export function planOf(parsed: ParsedScenario, atlas: Atlas, prices: PriceBook | null = null): PlannedScenario {
  const findings = createFindings(parsed.written)
  checkNames(parsed, atlas, findings)
  const { scenario } = parsed
  if (scenario === undefined || findings.mistakes.length > 0)
    throw new UserError(sortMistakes([...parsed.mistakes, ...findings.mistakes]))
  const visitors = planVisitors(scenario, atlas, findings)
  const traffic = planTraffic(scenario, findings)
  const pops = planPops(scenario, atlas, findings)
  const isOriginWritten = isKeyWritten(parsed.value, 'origin')
  const backends = planBackends(scenario, isOriginWritten, atlas, prices, findings)
  const plan: Plan = {
    title: scenario.title || nameOf(parsed.file),
    description: scenario.description.trim(),
    seed: scenario.seed,
    replications: scenario.replications,
    pops,
    origin: backends?.origins[0] ?? planOrigin(scenario, atlas),
    backends,
    router: scenario.router,
    network: planNetwork(scenario, atlas, findings),
    visitors,
    traffic,
    behaviors: planBehaviors(scenario, traffic, backends, findings),
    events: planEvents(scenario, pops, visitors, traffic, findings),
    thresholds: scenario.thresholds,
    warmup: scenario.warmup,
  }
  const cost = planCost(scenario, prices, pops, plan.origin.place, atlas, findings)
  if (cost !== undefined) plan.cost = cost
  checkThresholds(scenario, findings)
  checkCapacities(plan, findings)
  if (findings.mistakes.length === 0) checkRoutes(plan, findings)
  if (findings.mistakes.length > 0) throw new UserError(sortMistakes(findings.mistakes))
  return { plan, warnings: sortMistakes(findings.warnings) }
}

function isKeyWritten(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}

function planOrigin({ origin }: Scenario, atlas: Atlas): OriginPlan {
  const { at, think, concurrency, queue, bandwidth } = origin
  return { place: resolvePlace(atlas, at), thinkMs: think, concurrency, queue, bandwidthMbps: bandwidth }
}

function checkThresholds({ thresholds, cost }: Scenario, findings: Findings): void {
  const known = [...metrics, ...(cost === undefined ? [] : costMetrics)].map(({ id }) => id)
  for (const [row, { metric }] of thresholds.entries())
    if (!known.includes(metric))
      findings.mistake(['thresholds', row], `unknown metric "${metric}"`, nameHint(metric, known))
}

/** A shelf that not even the smallest object fits on would be no shelf. Sizes that chance decides begin at a byte. */
function checkCapacities({ pops, traffic }: Plan, findings: Findings): void {
  if (traffic.kind === 'trace') return
  const smallest = Math.min(...traffic.classes.map(({ sizes }) => smallestSize(sizes)))
  const small = pops.filter(({ capacityBytes }) => capacityBytes < smallest)
  if (small.length > 0)
    findings.mistake(
      ['edge', 'capacity'],
      `${formatBytes(small[0]!.capacityBytes)} on ${small[0]!.id} is below the smallest object, ${formatBytes(smallest)}`,
    )
}

function smallestSize(sizes: Spec): number {
  const { definition, params } = sizeModels.choose(sizes)
  return definition.name === 'fixed' ? (params as { bytes: number }).bytes : 1
}

/** The file's name without folders and ending: what a run is called that has no title. */
function nameOf(file: string): string {
  return file.replace(/^.*[/\\]/, '').replace(/\.(?:ya?ml|json)$/i, '') || 'scenario'
}

function planNetwork({ latency, seed }: Scenario, atlas: Atlas, findings: Findings): NetworkPlan {
  findings.attempt(['latency', 'model'], () => createRttModel(atlas, latency.model).between([], []))
  findings.attempt(['latency', 'backbone'], () => createRttModel(atlas, latency.backbone).between([], []))
  return {
    publicModel: withScatter(latency.model, latency.sigma, seed),
    backboneModel: withScatter(latency.backbone, latency.sigma, seed),
    protocol: latency.protocol,
    reuse: latency.reuse,
    dnsMs: latency.dns,
    edgeThinkMs: latency.edgeThink,
    until: latency.until,
    backboneMbps: latency.backboneBandwidth,
    timeoutMs: latency.timeout,
  }
}

/** A model that scatters its pairs by `sigma`, unless its own spec says how much. */
function withScatter(model: Spec, sigma: number, seed: number): Spec {
  const { name, ...params } = typeof model === 'string' ? { name: model } : model
  return sigma === 0 || 'sigma' in params ? model : { name, ...params, sigma, seed }
}

function planTraffic({ traffic }: Scenario, findings: Findings): TrafficPlan {
  if (traffic.trace !== undefined) {
    const { trace, format, columns, requests, lenient } = traffic
    return { kind: 'trace', file: trace, format, columns, requests: requests ?? Number.POSITIVE_INFINITY, lenient }
  }
  const durationMs = traffic.duration ?? Number.POSITIVE_INFINITY
  const requests = traffic.requests ?? (traffic.duration === undefined ? requestsWithoutEnd : Number.POSITIVE_INFINITY)
  return {
    kind: 'synthetic',
    objects: traffic.objects,
    popularity: traffic.popularity,
    arrivals: traffic.arrivals,
    ratePerSecond: traffic.rate,
    requests,
    durationMs,
    classes: planClasses(traffic, findings),
  }
}

function planClasses(traffic: Extract<Scenario['traffic'], { objects: number }>, findings: Findings): ClassPlan[] {
  const entries = Object.entries(traffic.classes ?? {})
  if (entries.length === 0)
    return [{ name: 'objects', share: 1, sizes: traffic.sizes, path: '/objects/{id}', method: 'GET' }]
  const sum = entries.reduce((total, [, { share }]) => total + share, 0)
  if (sum === 0) findings.mistake(['traffic', 'classes'], 'no class has a share above 0')
  if (entries.length > 255) findings.mistake(['traffic', 'classes'], `${entries.length} classes`, 'at most 255')
  return entries.map(([name, { share, sizes = traffic.sizes, path = `/${name}/{id}`, method }]) => ({
    name,
    share: share / sum,
    sizes,
    path,
    method,
  }))
}

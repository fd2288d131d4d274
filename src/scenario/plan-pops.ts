import type { Atlas } from '../geo/atlas.ts'
import { distanceKm } from '../geo/distance.ts'
import { findPopMap } from '../geo/pop-map.ts'
import { nameHint } from '../lib/nearest-name.ts'
import type { Findings } from './findings.ts'
import type { PopPlan } from './plan.ts'
import { choosePops, plainPlace, resolvePlace } from './plan-places.ts'
import type { Scenario, ScenarioPop } from './schema.ts'
import type { Path } from './written.ts'

/** Parents that are rules, not ids. */
const toOrigin = 'origin'
const toNearest = 'nearest'

interface Draft {
  pop: PopPlan
  parent: string
  path: Path
}

/** All PoPs, edges first in order of id, then the shields in their order; parents become indices. */
export function planPops(scenario: Scenario, atlas: Atlas, findings: Findings): PopPlan[] {
  const shields = scenario.shields.map((given, row) => draftShield(given, ['shields', row], scenario, atlas))
  const edges = draftEdges(scenario, atlas).sort((a, b) => (a.pop.id < b.pop.id ? -1 : 1))
  const drafts = [...edges, ...shields]
  const indexOf = new Map(drafts.map(({ pop }, index) => [pop.id, index]))
  const shieldIds = shields.map(({ pop }) => pop.id)
  for (const { pop } of edges)
    if (shieldIds.some(id => id.toLowerCase() === pop.id.toLowerCase()))
      findings.mistake(['shields', shieldIds.indexOf(pop.id)], `the id "${pop.id}" is also that of an edge PoP`)
  const named = new Set(drafts.map(({ parent }) => parent))
  const lowest = shields.filter(({ pop }) => !shields.some(({ parent }) => parent === pop.id))
  for (const draft of drafts) {
    const { pop, parent, path } = draft
    if (parent === toOrigin) continue
    if (parent === toNearest) pop.parent = findNearestShield(draft, pop.isEdge ? lowest : shields, indexOf, findings)
    else if (shieldIds.includes(parent)) pop.parent = indexOf.get(parent)!
    else {
      const isEdge = indexOf.has(parent)
      const hint = isEdge ? 'list it under shields' : nameHint(parent, [...shieldIds, toNearest, toOrigin])
      findings.mistake(path, isEdge ? `the parent "${parent}" is an edge PoP` : `unknown parent "${parent}"`, hint)
    }
  }
  checkTiers(drafts, shields, named, findings)
  return drafts.map(({ pop }) => pop)
}

function draftEdges(scenario: Scenario, atlas: Atlas): Draft[] {
  const { pops, edge, shields } = scenario
  const parent = edge.parent ?? (shields.length > 0 ? toNearest : toOrigin)
  const shelf = {
    capacityBytes: edge.capacity,
    policy: edge.policy,
    admission: edge.admission,
    parent: -1,
    isEdge: true,
    collapse: edge.collapse,
  }
  if (Array.isArray(pops))
    return pops.map((given, row) => ({
      pop: { id: given.id, place: resolvePlace(atlas, given.at), ...shelf, ...ownShelf(given) },
      parent: given.parent ?? parent,
      path: given.parent === undefined ? ['edge', 'parent'] : ['pops', row, 'parent'],
    }))
  const { map, take, only } = typeof pops === 'string' ? { map: pops } : { take: undefined, only: undefined, ...pops }
  const all = findPopMap(atlas.popMaps, map)
  const some = only ? all.filter(({ id }) => only.includes(id)) : all
  return choosePops(some, take ?? some.length, atlas).map(site => ({
    pop: { id: site.id, place: plainPlace(site), ...shelf },
    parent,
    path: ['edge', 'parent'],
  }))
}

function draftShield(given: ScenarioPop, path: Path, { edge }: Scenario, atlas: Atlas): Draft {
  const pop = {
    id: given.id,
    place: resolvePlace(atlas, given.at),
    capacityBytes: edge.capacity,
    policy: edge.policy,
    admission: edge.admission,
    parent: -1,
    isEdge: false,
    collapse: edge.collapse,
    ...ownShelf(given),
  }
  return { pop, parent: given.parent ?? toOrigin, path: [...path, 'parent'] }
}

function ownShelf({ capacity, policy, admission, collapse }: ScenarioPop): Partial<PopPlan> {
  return {
    ...(capacity === undefined ? {} : { capacityBytes: capacity }),
    ...(policy === undefined ? {} : { policy }),
    ...(admission === undefined ? {} : { admission }),
    ...(collapse === undefined ? {} : { collapse }),
  }
}

function findNearestShield(
  { pop, path }: Draft,
  among: readonly Draft[],
  indexOf: ReadonlyMap<string, number>,
  findings: Findings,
): number {
  let best: Draft | undefined
  let bestKm = Number.POSITIVE_INFINITY
  for (const shield of among) {
    const km = shield.pop === pop ? Number.POSITIVE_INFINITY : distanceKm(pop.place, shield.pop.place)
    if (km < bestKm) [best, bestKm] = [shield, km]
  }
  if (best) return indexOf.get(best.pop.id)!
  findings.mistake(path, '"nearest" needs a shield', 'list one under shields')
  return -1
}

/** Every chain of parents must end at the origin, and every shield must be on one that begins at an edge. */
function checkTiers(
  drafts: readonly Draft[],
  shields: readonly Draft[],
  named: ReadonlySet<string>,
  findings: Findings,
): void {
  const isReached = new Set<PopPlan>()
  for (const { pop } of drafts) {
    if (!pop.isEdge) continue
    for (let at: PopPlan | undefined = pop; at && !isReached.has(at); at = drafts[at.parent]?.pop) isReached.add(at)
  }
  for (const { pop, path } of shields) {
    const chain = [pop]
    let next = drafts[pop.parent]?.pop
    while (next && !chain.includes(next)) {
      chain.push(next)
      next = drafts[next.parent]?.pop
    }
    if (next === pop)
      findings.mistake(path, `the parents go in a circle: ${[...chain, pop].map(({ id }) => id).join(' -> ')}`)
    else if (!isReached.has(pop)) {
      const says = `no edge PoP asks the shield "${pop.id}"`
      if (named.has(toNearest)) findings.warn(path.slice(0, -1), says, 'others are nearer')
      else findings.mistake(path.slice(0, -1), says, `name it as a parent: edge: { parent: ${pop.id} }`)
    }
  }
}

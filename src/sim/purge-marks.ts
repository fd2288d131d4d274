import type { Plan } from '../scenario/plan.ts'
import { createPathMatcher } from '../scenario/rules.ts'
import type { World } from '../scenario/world.ts'
import type { Catalog } from '../traffic/traffic.ts'
import type { Mark } from './simulate.ts'

/** What a plan's purges do, when their time comes. */
export function purgeMarks({ events }: Plan, world: World, catalog: Catalog): Mark[] {
  return events.flatMap((event): Mark[] => {
    if (event.type !== 'purge') return []
    const matchesPath = createPathMatcher(event.path)
    const matches = (id: number): boolean => matchesPath(catalog.pathOf(id))
    return [
      {
        atMs: event.atMs,
        act: now => {
          for (const pop of world.pops) pop.purge(matches, now, event.soft)
        },
      },
    ]
  })
}

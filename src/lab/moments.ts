import type { Plan } from '../scenario/plan.ts'

/** For each PoP of a plan, whether it answers at a time. */
export function aliveAt(plan: Plan, atMs: number): boolean[] {
  const alive = plan.pops.map(() => true)
  for (const event of plan.events)
    if (event.atMs <= atMs && (event.type === 'pop-down' || event.type === 'pop-up'))
      alive[event.pop] = event.type === 'pop-up'
  return alive
}

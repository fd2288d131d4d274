import { randomUUID } from 'node:crypto'
import type { FunctionPlan } from '../../backend/plans.ts'
import { parseSchedule } from '../../backend/schedule.ts'

const longestTimerMs = 2 ** 31 - 1

/** The event by which a schedule calls a function. Source: Amazon EventBridge User Guide, "Events from AWS services", scheduled events. */
export function scheduledEvent(name: string, position: number, dueAt: number, region = 'us-east-1'): object {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: `${new Date(dueAt).toISOString().slice(0, 19)}Z`,
    region,
    resources: [`arn:aws:events:${region}:000000000000:rule/${name}-${position}`],
    detail: {},
  }
}

/** Calls functions when their schedules are due; the answer stops it. */
export function startSchedules(
  plans: readonly FunctionPlan[],
  call: (name: string, event: string) => void,
): () => void {
  const timers = new Map<string, NodeJS.Timeout>()
  for (const { name, schedules } of plans)
    schedules.forEach((text, position) => {
      const schedule = parseSchedule(text)
      const rest = (dueAt: number): void => {
        if (dueAt === Number.POSITIVE_INFINITY) return
        const waitMs = Math.max(0, dueAt - Date.now())
        const wake = (): void => {
          if (waitMs <= longestTimerMs) call(name, JSON.stringify(scheduledEvent(name, position, dueAt)))
          rest(waitMs <= longestTimerMs ? schedule(dueAt) : dueAt)
        }
        timers.set(`${name} ${position}`, setTimeout(wake, Math.min(waitMs, longestTimerMs)).unref())
      }
      rest(schedule(Date.now()))
    })
  return () => {
    for (const timer of timers.values()) clearTimeout(timer)
  }
}

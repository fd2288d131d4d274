import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { UserError } from '../lib/user-error.ts'
import { metrics } from '../stats/metrics.ts'
import type { RunResult } from '../stats/result.ts'
import type { Override } from './override.ts'

const run = z.strictObject({
  label: z.string(),
  /** A metric, `routing.` and a figure of the result's routing, or `behaviors.` and a path: its hit ratio. */
  figure: z.string(),
  /** The figure is shown divided by this. */
  divide: z.number().positive().default(1),
  /** What an independent computation says, or between what it must lie. */
  expect: z.number().optional(),
  between: z.tuple([z.number(), z.number()]).optional(),
  set: z.record(z.string(), z.unknown()).default({}),
})

const lesson = z.strictObject({
  lesson: z.int().min(1).max(99),
  name: z.string(),
  shows: z.string(),
  question: z.string(),
  predict: z.string(),
  reveal: z.string(),
  why: z.string(),
  exercise: z.string(),
  source: z.string(),
  display: z.string(),
  tolerance: z.number().min(0),
  scenario: z.record(z.string(), z.unknown()),
  runs: z.array(run).min(1),
})

/** A lesson: a question, a world that answers it, and the figures that must come out. */
export type Lesson = z.output<typeof lesson>
export type LessonRun = Lesson['runs'][number]

/** Reads a lesson of `scenarios/lessons/`. Throws UserError. */
export function parseLesson(text: string, file: string): Lesson {
  return lessonOf(parse(text), file)
}

/** A lesson with what it leaves to its defaults. Throws UserError. */
export function lessonOf(value: unknown, file: string): Lesson {
  const parsed = lesson.safeParse(value)
  if (parsed.success) return parsed.data
  throw new UserError(
    parsed.error.issues.map(({ path, message }) => ({ message: `${path.join('.')}: ${message}`, at: { file } })),
  )
}

/** The scenario of a lesson as a text of its own, and what a run of the lesson changes in it. */
export function scenarioOf({ scenario, name }: Lesson, { set }: LessonRun): { text: string; overrides: Override[] } {
  return {
    text: stringify({ title: name, ...scenario }),
    overrides: Object.entries(set).map(([key, value]) => ({
      key,
      value: stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim(),
    })),
  }
}

/** The figure that a run of a lesson is about. */
export function figureOf(result: RunResult, { figure, divide }: LessonRun): number {
  const value = rawFigureOf(result, figure)
  if (value === undefined)
    throw new UserError(`a lesson asks for "${figure}"; figures are ${metrics.map(({ id }) => id).join(', ')}`)
  return value / divide
}

function rawFigureOf({ routing, behaviors, headline }: RunResult, figure: string): number | undefined {
  if (figure.startsWith('routing.')) return routing[figure.slice('routing.'.length) as 'onFastestShare']
  if (!figure.startsWith('behaviors.')) return headline[figure]?.value
  const found = behaviors.find(({ label }) => label === figure.slice('behaviors.'.length))
  return found && found.hits / found.requests
}

/** Whether a figure is what the independent computation says, within the lesson's tolerance. */
export function isRight(value: number, { expect, between }: LessonRun, tolerance: number): boolean {
  if (between !== undefined) return value >= between[0] && value <= between[1]
  return expect === undefined || Math.abs(value - expect) <= tolerance
}

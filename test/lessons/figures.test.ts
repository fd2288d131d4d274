import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { figureOf, isRight, parseLesson, scenarioOf } from '../../src/scenario/lesson.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan-of.ts'
import { runPlan } from '../../src/sim/run.ts'
import { manifest } from '../sim/run-scenario.ts'

const folder = join(import.meta.dirname, '../../scenarios/lessons')
const lessons = readdirSync(folder)
  .filter(name => name.endsWith('.yaml'))
  .map(name => parseLesson(readFileSync(join(folder, name), 'utf8'), name))

describe.each(lessons)('lesson $lesson, $name', lesson => {
  it.each(lesson.runs)('has its figure: $label', run => {
    const { text, overrides } = scenarioOf(lesson, run)
    const { plan } = planOf(readScenario(text, lesson.name, overrides), loadAtlas())
    const value = figureOf(runPlan(plan, loadAtlas(), { manifest }), run)
    expect({ ...run, value, right: isRight(value, run, lesson.tolerance) }).toMatchObject({ right: true })
  })
})

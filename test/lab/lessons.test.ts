import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadAtlas } from '../../src/files/atlas.ts'
import { planText } from '../../src/lab/engine.ts'
import { lessonText } from '../../src/lab/lessons-view.ts'
import { parseLesson } from '../../src/scenario/lesson.ts'

const folder = join(import.meta.dirname, '../../scenarios/lessons')
const lessons = readdirSync(folder)
  .filter(name => name.endsWith('.yaml'))
  .map(name => parseLesson(readFileSync(join(folder, name), 'utf8'), name))

describe('lessons in the lab', () => {
  it('finds them', () => expect(lessons.length).toBeGreaterThan(10))

  it.each(lessons.map(lesson => [lesson.name, lesson] as const))('%s: each of its runs is a scenario', (_, lesson) => {
    for (const { set } of [{ set: {} }, ...lesson.runs]) {
      const text = lessonText(lesson, set)
      const { plan, value } = { plan: planText(text, loadAtlas()), value: parse(text) }
      expect(plan.title).toContain(lesson.name)
      for (const [key, wanted] of Object.entries(set))
        expect(
          key.split('.').reduce((part, name) => (part as Record<string, unknown>)[name], value as unknown),
        ).toEqual(wanted)
    }
  })
})

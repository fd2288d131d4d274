import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { loadAtlas } from '../files/atlas.ts'
import { createManifest } from '../files/manifest.ts'
import { writeOut } from '../files/output.ts'
import { nameHint } from '../lib/nearest-name.ts'
import { formatDigits } from '../lib/quantity.ts'
import { UserError } from '../lib/user-error.ts'
import { widthOf } from '../report/ink.ts'
import { wrap } from '../report/wrap.ts'
import { figureOf, isRight, type Lesson, type LessonRun, parseLesson, scenarioOf } from '../scenario/lesson.ts'
import { readScenario } from '../scenario/parse.ts'
import { planOf } from '../scenario/plan-of.ts'
import { runPlan } from '../sim/run.ts'
import type { LessonOptions } from './lesson.ts'
import { createProgress, terminalWidth } from './terminal.ts'

const folder = fileURLToPath(new URL('../../scenarios/lessons/', import.meta.url))
const barWidth = 24

interface Figure {
  run: LessonRun
  value: number
  right: boolean
}

/** Lists the lessons, shows one, or checks a student's answers. Throws UserError. */
export async function showLesson(words: readonly string[], options: LessonOptions): Promise<void> {
  const lessons = readLessons()
  if (words.length === 0) return writeOut(listOf(lessons))
  const isCheck = words[0] === 'check'
  const lesson = findLesson(lessons, words[isCheck ? 1 : 0])
  if (isCheck) return checkAnswers(lesson, options.answer)
  if (options.question) return writeOut(askText(lesson))
  const figures = await computeFigures(lesson)
  if (options.json)
    return writeOut(
      `${JSON.stringify(
        figures.map(({ run, value }) => ({ label: run.label, figure: run.figure, value })),
        null,
        2,
      )}\n`,
    )
  await writeOut(`${askText(lesson)}\n${answerText(lesson, figures)}`)
}

function readLessons(): Lesson[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.yaml'))
    .sort()
    .map(name => parseLesson(readFileSync(`${folder}${name}`, 'utf8'), name))
}

function findLesson(lessons: readonly Lesson[], word: string | undefined): Lesson {
  const found = lessons.find(({ lesson, name }) => String(lesson) === word || name === word)
  if (found) return found
  const known = lessons.flatMap(({ lesson, name }) => [String(lesson), name])
  throw new UserError({ message: `no lesson "${word ?? ''}"`, hint: nameHint(word ?? '', known) })
}

function listOf(lessons: readonly Lesson[]): string {
  const rows = lessons.map(({ lesson, name, shows }) => `${String(lesson).padStart(3)}  ${name.padEnd(28)} ${shows}`)
  return `${rows.join('\n')}\n\ncdnlab lesson NUMBER shows one.\n`
}

async function computeFigures(lesson: Lesson): Promise<Figure[]> {
  const atlas = loadAtlas()
  const progress = await createProgress('computing', lesson.runs.length)
  const figures: Figure[] = []
  for (const run of lesson.runs) {
    const { text, overrides } = scenarioOf(lesson, run)
    const { plan } = planOf(readScenario(text, lesson.name, overrides), atlas)
    const value = figureOf(runPlan(plan, atlas, { manifest: await createManifest(plan, lesson.name, undefined) }), run)
    figures.push({ run, value, right: isRight(value, run, lesson.tolerance) })
    progress.update(figures.length)
  }
  progress.stop()
  return figures
}

function paragraph(title: string, text: string): string {
  return `${title}\n${wrap(text, Math.min(terminalWidth(), 100), '  ').join('\n')}\n`
}

function askText({ lesson, name, shows, question, predict }: Lesson): string {
  return [
    `Lesson ${lesson}: ${name} - ${shows}\n`,
    paragraph('The question', question),
    paragraph('Predict first', predict),
  ].join('\n')
}

function answerText(lesson: Lesson, figures: readonly Figure[]): string {
  const { reveal, why, exercise, source } = lesson
  return [
    `What the simulation says\n${figureRows(figures).join('\n')}\n`,
    paragraph('The answer', reveal),
    paragraph('Why', why),
    paragraph('Now you', exercise),
    paragraph('Sources', source),
  ].join('\n')
}

function figureRows(figures: readonly Figure[]): string[] {
  const most = Math.max(...figures.map(({ value }) => value), Number.MIN_VALUE)
  const width = Math.max(...figures.map(({ run }) => widthOf(run.label)))
  return figures.map(({ run, value }) => {
    const expected = run.expect === undefined ? '' : `  theory ${formatFigure(run.expect)}`
    return `  ${run.label.padEnd(width)}  ${formatFigure(value).padStart(7)} ${'█'.repeat(Math.round((barWidth * value) / most)).padEnd(barWidth)}${expected}`.trimEnd()
  })
}

function formatFigure(value: number): string {
  return Math.abs(value) < 10 && !Number.isInteger(value) ? value.toFixed(3) : formatDigits(value).replace(/\.0+$/, '')
}

/** Holds a student's figures against the simulation's, each within the lesson's tolerance. Exit code 1 when one is wrong. */
async function checkAnswers(lesson: Lesson, file: string | undefined): Promise<void> {
  if (file === undefined)
    throw new UserError({
      message: 'no answers are given',
      hint: `--answer FILE, with a figure for each of: ${lesson.runs.map(({ label }) => label).join('; ')}`,
    })
  const answers = readAnswers(file)
  const known = lesson.runs.map(({ label }) => label)
  for (const label of Object.keys(answers))
    if (!known.includes(label))
      throw new UserError({
        message: `the lesson has no figure "${label}"`,
        at: { file },
        hint: nameHint(label, known),
      })
  const figures = await computeFigures(lesson)
  let wrong = 0
  const rows = figures.map(({ run, value }) => {
    const answer = answers[run.label]
    if (answer === undefined) return `  -  ${run.label}: not answered`
    const isClose = Math.abs(answer - value) <= Math.max(lesson.tolerance * 2, Math.abs(value) * 0.05)
    if (!isClose) wrong++
    return `  ${isClose ? '✓' : '✗'}  ${run.label}: you say ${formatFigure(answer)}, it is ${formatFigure(value)}`
  })
  await writeOut(
    `${rows.join('\n')}\nRight is within ${formatFigure(lesson.tolerance * 2)} or 5 % of the simulation.\n`,
  )
  if (wrong > 0) process.exitCode = 1
}

function readAnswers(file: string): Record<string, number> {
  const answers: unknown = parse(readFileSync(file === '-' ? 0 : file, 'utf8'), { maxAliasCount: 0 })
  if (
    typeof answers !== 'object' ||
    answers === null ||
    Array.isArray(answers) ||
    Object.values(answers).some(value => typeof value !== 'number')
  )
    throw new UserError({
      message: 'answers are a map of labels to numbers',
      at: { file },
      hint: 'such as "1 % of the objects": 0.3',
    })
  return answers as Record<string, number>
}

import { formatDigits } from '../lib/quantity.ts'
import { UserError } from '../lib/user-error.ts'
import { figureOf, isRight, type Lesson, type LessonRun } from '../scenario/lesson.ts'
import type { Plan } from '../scenario/plan.ts'
import { html } from './dom.ts'
import type { Lane } from './engine-client.ts'

/** A run of a lesson with what the student thinks, and what the engine says. */
interface Row {
  run: LessonRun
  guess: HTMLInputElement
  value: number | undefined
}

/** Other answers that are as good as right: within a twentieth of the simulation, or twice the lesson's tolerance. */
const nearShare = 0.05

/**
 * A form that asks for a number for each run of a lesson first, and shows the simulation's figures only then, beside the student's
 * and those of an independent computation.
 */
export function predictPanel(lesson: Lesson, lane: Lane, planOf: (set: Record<string, unknown>) => Plan): HTMLElement {
  const rows: Row[] = lesson.runs.map(run => ({
    run,
    guess: html('input', {
      type: 'number',
      step: 'any',
      'aria-label': `Your prediction: ${run.label}`,
      inputmode: 'decimal',
    }),
    value: undefined,
  }))
  const body = html('tbody', {})
  const note = html('p', { class: 'quiet', role: 'status' })
  const compare = html('button', { type: 'submit', class: 'main' }, 'Run and compare')
  const table = html(
    'table',
    { class: 'predict' },
    html('caption', {}, 'What do you think?'),
    html(
      'thead',
      {},
      html('tr', {}, ...['', 'you', 'engine', 'theory', ''].map(text => html('th', { scope: 'col' }, text))),
    ),
    body,
  )
  const draw = (): void => body.replaceChildren(...rows.map(row => rowElement(row, rows, lesson.tolerance)))
  const form = html('form', {}, html('div', { class: 'scroll' }, table), compare, note)

  const run = async (): Promise<void> => {
    if (rows.every(({ guess }) => guess.value === '')) {
      note.textContent = 'Write down one number at least before you look: a guess that is wrong teaches more than none.'
      rows[0]!.guess.focus()
      return
    }
    compare.disabled = true
    for (const [index, row] of rows.entries()) {
      note.textContent = `Run ${index + 1} of ${rows.length}: ${row.run.label}.`
      try {
        const { gift } = await lane.ask({ kind: 'run', plan: planOf(row.run.set), quick: false })
        row.value = figureOf(gift.result, row.run)
      } catch (error) {
        note.textContent = error instanceof UserError ? error.mistakes[0]!.message : String(error)
        compare.disabled = false
        return
      }
      draw()
    }
    const told = rows.filter(({ guess }) => guess.value !== '')
    const near = told.filter(row => isNear(row, lesson.tolerance))
    note.textContent = `${near.length} of your ${told.length} predictions ${near.length === 1 ? 'is' : 'are'} near. The runs are those of cdnlab lesson ${lesson.lesson}.`
    compare.disabled = false
  }
  form.addEventListener('submit', event => {
    event.preventDefault()
    void run()
  })
  draw()
  return form
}

function isNear({ guess, value }: Row, tolerance: number): boolean {
  if (guess.value === '' || value === undefined) return false
  return Math.abs(Number(guess.value) - value) <= Math.max(2 * tolerance, nearShare * Math.abs(value))
}

function rowElement(row: Row, rows: readonly Row[], tolerance: number): HTMLElement {
  const { run, guess, value } = row
  const most = Math.max(...rows.map(other => Math.max(other.value ?? 0, Number(other.guess.value) || 0)), 1e-9)
  const bar = (kind: string, of: number): HTMLElement => {
    const fill = html('span', { class: `fill ${kind}` })
    fill.style.width = `${Math.max(0, (100 * of) / most)}%`
    return html('span', { class: 'bar' }, fill)
  }
  const theory = run.expect === undefined ? (run.between?.map(figureText).join(' to ') ?? '') : figureText(run.expect)
  const verdict = guess.value === '' ? '' : isNear(row, tolerance) ? '✓ near' : '✗ off'
  return html(
    'tr',
    {},
    html('th', { scope: 'row' }, run.label),
    html('td', {}, guess),
    html('td', {}, value === undefined ? '?' : figureText(value)),
    html('td', {}, value === undefined ? '' : `${theory}${isRight(value, run, tolerance) ? '' : ' !'}`),
    html(
      'td',
      { class: 'versus' },
      ...(value === undefined ? [] : [bar('yours', Number(guess.value) || 0), bar('engine', value), verdict]),
    ),
  )
}

function figureText(value: number): string {
  return Math.abs(value) < 10 && !Number.isInteger(value) ? value.toFixed(3) : formatDigits(value).replace(/\.0+$/, '')
}

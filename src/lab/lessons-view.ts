import { stringify } from 'yaml'
import type { Lesson } from '../scenario/lesson.ts'
import { html } from './dom.ts'
import { setValue } from './edit.ts'
import { planText } from './engine.ts'
import type { Lane } from './engine-client.ts'
import { predictPanel } from './predict-view.ts'
import type { Store } from './store.ts'

/** The scenario's text of a lesson, or of one of its variants. */
export function lessonText(
  { lesson, name, shows, scenario }: Pick<Lesson, 'lesson' | 'name' | 'shows' | 'scenario'>,
  set: Record<string, unknown> = {},
): string {
  let text = stringify({ title: `Lesson ${lesson}, ${name}: ${shows}`, ...scenario }, { lineWidth: 0 })
  for (const [key, value] of Object.entries(set)) {
    const path = key.split('.').map(part => (/^\d+$/.test(part) ? Number(part) : part))
    text = setValue(text, path, value)
  }
  return text
}

/** The lessons, one of them open: a question first, the answer when it is asked for. */
export function lessonsPanel(store: Store, lane: Lane, lessons: readonly Lesson[]): HTMLElement {
  const open = html('div', { class: 'lesson', 'aria-live': 'polite' })
  const list = html(
    'ol',
    { class: 'lessons' },
    ...lessons.map(lesson =>
      html(
        'li',
        {},
        html('button', { type: 'button', onclick: () => loadLesson(lesson) }, `${lesson.lesson}. ${lesson.shows}`),
      ),
    ),
  )
  function loadLesson(lesson: Lesson): void {
    store.edit(() => lessonText(lesson, lesson.runs[0]?.set))
    lane.stop()
    open.replaceChildren(...tell(store, lane, lesson))
  }
  const empty = html(
    'p',
    { class: 'quiet' },
    'Choose a lesson: it loads its scenario and asks you a question. Undo brings yours back.',
  )
  open.append(lessons.length > 0 ? empty : html('p', { class: 'quiet' }, 'No lessons came with this page.'))
  return html('div', { class: 'school' }, list, open)
}

function tell(store: Store, lane: Lane, lesson: Lesson): HTMLElement[] {
  const variants = lesson.runs
  const unique = variants.filter(
    (run, index) => variants.findIndex(other => JSON.stringify(other.set) === JSON.stringify(run.set)) === index,
  )
  return [
    html('h3', {}, `${lesson.lesson}. ${lesson.shows}`),
    html('p', { class: 'question' }, lesson.question),
    html('p', {}, lesson.predict),
    predictPanel(lesson, lane, set => planText(lessonText(lesson, set), store.atlas)),
    ...(unique.length === 0
      ? []
      : [
          html('p', {}, 'See each in the map above:'),
          html(
            'div',
            { class: 'pick' },
            ...unique.map(({ label, set }) =>
              html('button', { type: 'button', onclick: () => store.edit(() => lessonText(lesson, set)) }, label),
            ),
          ),
        ]),
    html('details', {}, html('summary', {}, 'Reveal'), html('p', {}, lesson.reveal), html('p', {}, lesson.why)),
    html('details', {}, html('summary', {}, 'Exercise'), html('p', {}, lesson.exercise)),
    html('p', { class: 'quiet' }, lesson.source),
  ]
}

import { describeMistake } from '../lib/user-error.ts'
import { html } from './dom.ts'
import type { LabState, Store } from './store.ts'

/** The scenario as text that can be changed, with each mistake under it; a click leads to its place. */
export function textPanel(store: Store): HTMLElement {
  const area = html('textarea', {
    id: 'scenario-text',
    spellcheck: 'false',
    rows: 22,
    'aria-describedby': 'mistakes',
    wrap: 'off',
  })
  const mistakes = html('ul', { id: 'mistakes', class: 'mistakes', 'aria-live': 'polite' })
  let timer = 0
  let drawn: unknown = null
  area.addEventListener('input', () => {
    clearTimeout(timer)
    timer = window.setTimeout(() => store.edit(() => area.value, 'typing'), 250)
  })
  const goTo = (line: number, column: number): void => {
    const before =
      area.value
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length + (line > 1 ? 1 : 0)
    area.focus()
    area.setSelectionRange(before + column - 1, before + column)
  }
  const draw = (state: LabState): void => {
    if (area.value !== state.text && document.activeElement !== area) area.value = state.text
    if (state.mistakes === drawn) return
    drawn = state.mistakes
    area.setAttribute('aria-invalid', String(state.mistakes.length > 0))
    mistakes.replaceChildren(
      ...state.mistakes.map(mistake => {
        const { line, column } = mistake.at ?? {}
        const says = describeMistake(mistake)
        if (line === undefined) return html('li', {}, says)
        return html('li', {}, html('button', { type: 'button', onclick: () => goTo(line, column ?? 1) }, says))
      }),
    )
  }
  store.watch(draw)
  store.history.onChange(text => {
    if (area.value !== text && document.activeElement !== area) area.value = text
  })
  draw(store.get())
  return html(
    'div',
    {},
    html(
      'label',
      { for: 'scenario-text' },
      'This text is the whole scenario. Controls write into it, and cdnlab run gives the same figures for it.',
    ),
    area,
    mistakes,
  )
}

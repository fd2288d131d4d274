import { html } from './dom.ts'

/** Panels of which one is seen. Source: WAI-ARIA Authoring Practices, tabs with automatic activation. */
export function createTabs(panels: readonly { id: string; title: string; panel: HTMLElement }[]): HTMLElement[] {
  const tabs = panels.map(({ id, title }) =>
    html('button', { type: 'button', role: 'tab', id: `tab-${id}`, 'aria-controls': `panel-${id}` }, title),
  )
  const sheets = panels.map(({ id, panel }) =>
    html('div', { role: 'tabpanel', id: `panel-${id}`, 'aria-labelledby': `tab-${id}`, class: 'sheet' }, panel),
  )
  const choose = (chosen: number): void => {
    tabs.forEach((tab, index) => {
      tab.setAttribute('aria-selected', String(index === chosen))
      tab.tabIndex = index === chosen ? 0 : -1
      sheets[index]!.hidden = index !== chosen
    })
  }
  tabs.forEach((tab, index) => {
    tab.addEventListener('click', () => choose(index))
    tab.addEventListener('keydown', ({ key }) => {
      const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0
      if (step === 0) return
      const next = (index + step + tabs.length) % tabs.length
      choose(next)
      tabs[next]!.focus()
    })
  })
  choose(0)
  return [html('div', { role: 'tablist', 'aria-label': 'A closer look', class: 'tabs' }, ...tabs), ...sheets]
}

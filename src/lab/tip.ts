import { byId, html } from './dom.ts'

/** The page's one tooltip. */
export interface Tip {
  /** Shows what `describe` says of the element under the pointer or in focus. */
  follow(holder: Element, describe: (target: Element) => string[] | null): void
  hide(): void
}

export function createTip(): Tip {
  const box = byId('tip')
  const hide = (): void => {
    box.hidden = true
  }
  const show = (lines: string[] | null, x: number, y: number): void => {
    if (lines === null) {
      hide()
      return
    }
    const [title = '', ...rest] = lines
    box.replaceChildren(html('strong', {}, title), ...rest.filter(Boolean).map(line => html('span', {}, line)))
    box.hidden = false
    const { width, height } = box.getBoundingClientRect()
    box.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - width - 4))}px`
    box.style.top = `${y + 18 + height > innerHeight ? y - height - 10 : y + 18}px`
  }
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') hide()
  })
  return {
    hide,
    follow(holder, describe) {
      holder.addEventListener('pointermove', event => {
        const { clientX, clientY, target, buttons } = event as PointerEvent
        if (buttons === 0 && target instanceof Element) show(describe(target), clientX, clientY)
      })
      holder.addEventListener('pointerleave', hide)
      holder.addEventListener('focusin', ({ target }) => {
        if (!(target instanceof Element) || !target.matches(':focus-visible')) return
        const { left, top, width, height } = target.getBoundingClientRect()
        show(describe(target), left + width / 2, top + height / 2)
      })
      holder.addEventListener('focusout', hide)
    },
  }
}

import type { Plan } from '../scenario/plan.ts'
import { html } from './dom.ts'

/** A control: its element, and how it follows the plan. */
export interface Control {
  element: HTMLElement
  follow(plan: Plan): void
}

/** How a control reads a plan, and what it does with a choice. */
export interface Binding<Value> {
  read(plan: Plan): Value
  write(value: Value): void
}

/** A slider, which is off while what it reads is NaN; its positions are even on a logarithmic scale unless it is `linear`. */
export function slider(
  title: string,
  { from, to, group, linear = false }: { from: number; to: number; group: string; linear?: boolean },
  { read, say, write }: Binding<number> & { say(value: number): string },
): Control {
  const id = `set-${group}`
  const output = html('output', { for: id })
  const toValue = (part: number): number => (linear ? from + (to - from) * part : from * (to / from) ** part)
  const toPart = (value: number): number =>
    linear ? (value - from) / (to - from) : Math.log(Math.max(value, 1e-9) / from) / Math.log(to / from)
  const input = html('input', { id, type: 'range', min: 0, max: 100, step: linear ? 0.5 : 1 })
  input.addEventListener('input', () => {
    const value = toValue(Number(input.value) / 100)
    output.textContent = say(value)
    input.setAttribute('aria-valuetext', say(value))
    write(value)
  })
  return {
    element: html('div', { class: 'row' }, html('label', { for: id }, title), output, input),
    follow(plan) {
      const value = read(plan)
      const text = Number.isNaN(value) ? 'not in this scenario' : say(value)
      input.disabled = Number.isNaN(value)
      output.textContent = text
      input.setAttribute('aria-valuetext', text)
      if (input.disabled) return
      if (document.activeElement !== input) input.value = String(100 * toPart(value))
    },
  }
}

/** One of the values of a choice. */
export interface Option {
  value: string
  title: string
}

let choices = 0

/** A list to choose from; a value that is not in it is added as written. */
export function choice(title: string, options: readonly Option[], { read, write }: Binding<string>): Control {
  const id = `choose-${choices++}`
  const select = html('select', { id }, ...options.map(option => html('option', { value: option.value }, option.title)))
  select.addEventListener('change', () => write(select.value))
  return {
    element: html('div', { class: 'row' }, html('label', { for: id }, title), select),
    follow(plan) {
      const value = read(plan)
      if (![...select.options].some(option => option.value === value))
        select.append(html('option', { value }, value || 'as written in the scenario'))
      select.value = value
    },
  }
}

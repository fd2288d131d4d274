import { type Control, choice } from './control-kinds.ts'
import { html } from './dom.ts'
import { edgesOf, removeValue, setValue } from './edit.ts'
import { addPop } from './map-hands.ts'
import type { Store } from './store.ts'

/** Which real map of PoPs, and how many of it. */
export function popMapControl(store: Store): Control {
  const maps = [...store.atlas.popMaps].map(([name, sites]) => ({ value: name, title: `${name} (${sites.length})` }))
  const own = { value: '', title: 'Placed by hand' }
  let last = ''
  const mapChoice = choice('Map', [own, ...maps], {
    read: () => mapName(store.get().text) ?? '',
    write: name => {
      if (name !== '') store.edit(text => setValue(text, ['pops'], name))
    },
  })
  const count = html('input', { id: 'take', type: 'range', min: 1, max: 100, step: 1 })
  const output = html('output', { for: 'take' })
  count.addEventListener('input', () => {
    const map = last || mapName(store.get().text)
    if (!map) return
    const most = store.atlas.popMaps.get(map)?.length ?? 1
    const take = Math.max(1, Math.round(most ** (Number(count.value) / 100)))
    store.edit(text => setValue(text, ['pops'], take >= most ? map : { map, take }), 'take')
  })
  return {
    element: html(
      'div',
      {},
      mapChoice.element,
      html('div', { class: 'row' }, html('label', { for: 'take' }, 'How many of them'), output, count),
    ),
    follow(plan) {
      mapChoice.follow(plan)
      const edges = edgesOf(plan).length
      last = mapName(store.get().text) ?? ''
      const most = store.atlas.popMaps.get(last)?.length ?? edges
      output.textContent = String(edges)
      count.disabled = last === ''
      count.setAttribute('aria-valuetext', `${edges} PoPs`)
      if (document.activeElement !== count)
        count.value = String(most < 2 ? 100 : (100 * Math.log(edges)) / Math.log(most))
    },
  }
}

/** The name of the PoP map that a scenario's text uses; undefined where its PoPs are listed. */
function mapName(text: string): string | undefined {
  const inline = /^pops:[^\S\n]*(?:\{\s*map:\s*)?["']?([\w-]+)/m.exec(text)
  const block = /^pops:[^\S\n]*\n\s+map:\s*["']?([\w-]+)/m.exec(text)
  return (block ?? inline)?.[1] ?? (/^pops:/m.test(text) ? undefined : 'cloudflare')
}

/** Places a PoP in a city by name: the way without a pointer. */
export function addPopControl(store: Store): Control {
  const cities = [...store.atlas.cities].sort((a, b) => b.peopleOnline - a.peopleOnline)
  const list = html(
    'datalist',
    { id: 'cities' },
    ...cities.slice(0, 800).map(({ name, cc }) => html('option', { value: `${name}, ${cc}` })),
  )
  const input = html('input', { id: 'add-pop', list: 'cities', placeholder: 'a city', autocomplete: 'off' })
  const add = (): void => {
    const wanted = input.value.trim().toLowerCase()
    const city = cities.find(
      ({ name, cc }) => `${name}, ${cc}`.toLowerCase() === wanted || name.toLowerCase() === wanted,
    )
    input.setCustomValidity(city ? '' : 'No such city is known.')
    input.reportValidity()
    if (!city) return
    addPop(store, { lat: city.lat, lon: city.lon, name: city.name, cc: city.cc })
    input.value = ''
  }
  input.addEventListener('input', () => input.setCustomValidity(''))
  input.addEventListener('keydown', event => {
    if (event.key === 'Enter') add()
  })
  const button = html('button', { type: 'button', onclick: add }, 'Add')
  return {
    element: html(
      'div',
      { class: 'row' },
      html('label', { for: 'add-pop' }, 'Add a PoP in'),
      html('div', { class: 'pair' }, input, button),
      list,
    ),
    follow: () => {},
  }
}

/** A shield at the origin, or none. */
export function shieldControl(store: Store): Control {
  const input = html('input', { id: 'shield', type: 'checkbox' })
  input.addEventListener('change', () => {
    const { origin } = store.get().plan
    const { lat, lon, name } = origin.place
    const at = { lat, lon, ...(name ? { name } : {}) }
    store.edit(text =>
      input.checked ? setValue(text, ['shields'], [{ id: 'SHIELD', at }]) : removeValue(text, ['shields']),
    )
  })
  return {
    element: html('div', { class: 'row check' }, input, html('label', { for: 'shield' }, 'A shield before the origin')),
    follow(plan) {
      input.checked = plan.pops.some(({ isEdge }) => !isEdge)
    },
  }
}

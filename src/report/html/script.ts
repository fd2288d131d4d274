/** What every page does by itself: sort tables, save data. It asks nobody. */
export const tableScript = `'use strict'
const sortTable = (table, column, sign) => {
  const key = row => row.cells[column].dataset.v
  const compare = (a, b) => {
    const [x, y] = [key(a), key(b)]
    if (x === undefined || y === undefined) {
      if (x !== undefined || y !== undefined) return x === undefined ? 1 : -1
      return sign * a.cells[column].textContent.localeCompare(b.cells[column].textContent)
    }
    return sign * (x - y)
  }
  const body = table.tBodies[0]
  body.append(...[...body.rows].sort(compare))
}
document.addEventListener('click', ({ target }) => {
  const head = target.closest('table.sortable th')
  if (!head || target !== head.firstChild) return
  const heads = [...head.parentNode.cells]
  const column = heads.indexOf(head)
  const isDown = head.getAttribute('aria-sort') === 'descending' || (column === 0 && !head.hasAttribute('aria-sort'))
  for (const other of heads) other.removeAttribute('aria-sort')
  head.setAttribute('aria-sort', isDown ? 'ascending' : 'descending')
  sortTable(head.closest('table'), column, isDown ? 1 : -1)
})
for (const button of document.querySelectorAll('button.save')) {
  button.hidden = false
  button.addEventListener('click', () => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([button.nextElementSibling.textContent], { type: 'text/csv' }))
    link.download = button.dataset.name
    link.click()
  })
}
`

/** Of a page with a map: tells of the place under the pointer or chosen by keys, once the map is there. */
export const mapScript = `let places = { pops: [], cities: [] }
const readPlaces = () => {
  places = JSON.parse(document.getElementById('places').textContent)
}
const startMap = () => {
  const world = document.getElementById('world')
  const tip = document.getElementById('tip')
  const here = document.getElementById('here')
  const cityText = ([, , name, requests, mean, saved, pop, detour]) =>
    name + ': ' + requests.toLocaleString('en') + ' requests over ' + pop + ', ' + mean + ' ms on average, ' + saved + ' ms saved' +
    (detour ? ', ' + detour + ' ms farther than its fastest PoP' : '')
  const show = (place, text) => {
    tip.textContent = text
    here.setAttribute('cx', place[0])
    here.setAttribute('cy', place[1])
    here.setAttribute('r', '13')
  }
  const isShown = id => document.getElementById(id).checked
  world.addEventListener('pointermove', event => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(world.getScreenCTM().inverse())
    let [best, least, isCity] = [null, 14, false]
    const look = (list, handicap, areCities) => {
      for (const place of list) {
        const distance = Math.hypot(place[0] - at.x, place[1] - at.y) + handicap
        if (distance < least) [best, least, isCity] = [place, distance, areCities]
      }
    }
    if (isShown('show-pops')) look(places.pops, 0, false)
    if (isShown('show-cities')) look(places.cities, 3, true)
    if (best) show(best, isCity ? cityText(best) : best[2])
  })
  let chosen = -1
  world.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (!step || places.pops.length === 0) return
    event.preventDefault()
    chosen = (Math.max(chosen, step < 0 ? 0 : -1) + step + places.pops.length) % places.pops.length
    show(places.pops[chosen], chosen + 1 + ' of ' + places.pops.length + '. ' + places.pops[chosen][2])
  })
  readPlaces()
}
`

/** What the report of a run does by itself. */
export const script = `${tableScript}${mapScript}startMap()
`

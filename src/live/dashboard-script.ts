import { mapScript, tableScript } from '../report/html/script.ts'

/**
 * What the dashboard's page does by itself. The server sends parts of the page as HTML made by the report's own functions; a part
 * is put into place node by node, so that what the reader has chosen, sorted or unfolded stays. The token stands in the fragment of
 * the address, which no browser sends on.
 */
export const dashboardScript = `${tableScript}${mapScript}
const byId = id => document.getElementById(id)
const tokenField = byId('token')
let token = new URLSearchParams(location.hash.slice(1)).get('token') ?? ''
const say = text => { byId('said').textContent = text }

const kept = ['open', 'aria-sort', 'checked', 'hidden']
const morph = (old, fresh) => {
  if (old.nodeType !== 1) {
    if (old.data !== fresh.data) old.data = fresh.data
    return
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !kept.includes(name)) old.removeAttribute(name)
  for (const { name, value } of fresh.attributes)
    if (old.getAttribute(name) !== value && !kept.includes(name)) old.setAttribute(name, value)
  morphChildren(old, fresh)
}
const morphChildren = (old, fresh) => {
  const news = [...fresh.childNodes]
  const rows = new Map([...old.children].filter(({ id }) => id).map(child => [child.id, child]))
  if (news.length > 1 && rows.size === news.length && news.every(({ id }) => rows.has(id))) {
    for (const row of news) morph(rows.get(row.id), row)
    return
  }
  news.forEach((next, index) => {
    const now = old.childNodes[index]
    if (!now) old.append(next)
    else if (now.nodeName === next.nodeName && now.id === (next.id ?? now.id)) morph(now, next)
    else now.replaceWith(next)
  })
  while (old.childNodes.length > news.length) old.lastChild.remove()
}
const place = (id, html) => {
  const target = byId(id)
  if (!target) return
  const isDrawing = target.namespaceURI.endsWith('svg')
  const box = document.createElement('template')
  box.innerHTML = isDrawing ? '<svg>' + html + '</svg>' : html
  morphChildren(target, isDrawing ? box.content.firstChild : box.content)
}
let hasMap = false
const resort = () => {
  for (const table of document.querySelectorAll('table.sortable')) {
    if (table.contains(document.activeElement) || table.matches(':hover')) continue
    const head = table.querySelector('th[aria-sort]')
    if (head) sortTable(table, head.cellIndex, head.getAttribute('aria-sort') === 'ascending' ? 1 : -1)
  }
}
const receive = parts => {
  for (const [id, html] of Object.entries(parts)) if (id !== 'places') place(id, html)
  if (parts.places) byId('places').textContent = parts.places
  if (!hasMap) startMap()
  else if (parts.places) readPlaces()
  hasMap = true
  resort()
}

let following = new AbortController()
const pause = ms => new Promise(resolve => setTimeout(resolve, ms))
const headers = () => (token ? { Authorization: 'Bearer ' + token } : {})
const follow = async signal => {
  const span = byId('span-minute').checked ? 'minute' : 'start'
  const answer = await fetch('/events?span=' + span, { headers: headers(), signal })
  if (answer.status === 401) return askForToken()
  if (!answer.ok) throw new Error(await answer.text())
  byId('state').textContent = 'live'
  document.body.dataset.state = 'live'
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const events = (text + next.value).split('\\n\\n')
    text = events.pop()
    for (const event of events) if (event.startsWith('data: ')) receive(JSON.parse(event.slice(6)))
  }
}
const begin = async () => {
  following.abort()
  const own = (following = new AbortController())
  while (!own.signal.aborted) {
    try {
      await follow(own.signal)
    } catch {
      // The server is gone, or has no room: it is asked again.
    }
    if (own.signal.aborted) return
    byId('state').textContent = 'no connection: trying again'
    document.body.dataset.state = 'lost'
    await pause(1000)
  }
}
const askForToken = () => {
  following.abort()
  byId('state').textContent = 'a token is needed'
  byId('key').hidden = false
  tokenField.focus()
}
byId('key').addEventListener('submit', event => {
  event.preventDefault()
  token = tokenField.value.trim()
  byId('key').hidden = true
  say('')
  begin()
})
for (const id of ['span-start', 'span-minute']) byId(id).addEventListener('change', begin)

const send = async (path, body) => {
  if (!token) return askForToken()
  try {
    const answer = await fetch(path, {
      method: 'POST', headers: { ...headers(), 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    })
    if (answer.status === 401) {
      askForToken()
      return say('The token is wrong.')
    }
    const text = await answer.text()
    if (!answer.ok) return say(text.trim())
    const { purged } = JSON.parse(text)
    say(purged === undefined ? 'Done.' : purged + (purged === 1 ? ' copy' : ' copies') + ' purged.')
  } catch {
    say('The server does not answer.')
  }
}
document.addEventListener('click', ({ target }) => {
  const button = target.closest('button[data-path]')
  if (button) send(button.dataset.path, JSON.parse(button.dataset.body))
})
byId('purge').addEventListener('submit', event => {
  event.preventDefault()
  const path = byId('purge-path').value.trim()
  const soft = byId('purge-soft').checked
  if (path === '') return byId('purge-path').focus()
  send('/purge', path.endsWith('*') ? { prefix: path.slice(0, -1), soft } : { url: path, soft })
})
begin()
`

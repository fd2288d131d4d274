import { byId, html } from './dom.ts'
import { packLink } from './share-link.ts'
import type { Store } from './store.ts'

/** A scenario that came with the page. */
export interface Example {
  name: string
  text: string
}

const largestFileBytes = 1_000_000

/** Undo, redo, examples, open, save and share. */
export function createToolbar(store: Store, examples: readonly Example[]): void {
  const { history } = store
  const undo = html('button', { type: 'button', title: 'Ctrl+Z', onclick: history.undo }, 'Undo')
  const redo = html('button', { type: 'button', title: 'Ctrl+Shift+Z', onclick: history.redo }, 'Redo')
  const file = html('input', { type: 'file', accept: '.yaml,.yml,.json', hidden: true, 'aria-label': 'Scenario file' })
  const chooser = html(
    'select',
    { 'aria-label': 'Examples' },
    html('option', { value: '' }, 'Examples'),
    ...examples.map(({ name }) => html('option', { value: name }, name)),
  )
  chooser.addEventListener('change', () => {
    const example = examples.find(({ name }) => name === chooser.value)
    if (example) store.edit(() => example.text)
    chooser.value = ''
  })
  file.addEventListener('change', () => void openFile(store, file))
  const share = html('button', { type: 'button' }, 'Share')
  share.addEventListener('click', () => void shareLink(store, share))
  byId('tools').replaceChildren(
    undo,
    redo,
    chooser,
    html('button', { type: 'button', onclick: () => file.click() }, 'Open'),
    file,
    html('button', { type: 'button', onclick: () => save(store) }, 'Save'),
    share,
  )
  const follow = (): void => {
    undo.disabled = !history.canUndo()
    redo.disabled = !history.canRedo()
  }
  history.onChange(follow)
  follow()
  document.addEventListener('keydown', event => {
    if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey)) return
    if (
      event.target instanceof HTMLTextAreaElement ||
      (event.target instanceof HTMLInputElement && event.target.type !== 'range')
    )
      return
    event.preventDefault()
    if (event.shiftKey) history.redo()
    else history.undo()
  })
}

async function openFile(store: Store, input: HTMLInputElement): Promise<void> {
  const chosen = input.files?.[0]
  input.value = ''
  if (!chosen) return
  if (chosen.size > largestFileBytes) {
    byId('status').textContent = `${chosen.name} is larger than a scenario can be.`
    return
  }
  const text = await chosen.text()
  store.edit(() => text)
}

function save(store: Store): void {
  const url = URL.createObjectURL(new Blob([store.get().text], { type: 'application/yaml' }))
  const link = html('a', { href: url, download: 'scenario.yaml' })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

async function shareLink(store: Store, button: HTMLElement): Promise<void> {
  const fragment = await packLink(store.get().text)
  history.replaceState(null, '', `#${fragment}`)
  try {
    await navigator.clipboard.writeText(location.href)
    button.textContent = 'Link copied'
  } catch {
    button.textContent = 'Link is in the address bar'
  }
  setTimeout(() => {
    button.textContent = 'Share'
  }, 2500)
}

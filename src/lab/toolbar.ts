import { byId, html } from './dom.ts'
import { setValue } from './edit.ts'
import type { OwnTrace } from './own-trace.ts'
import { packLink } from './share-link.ts'
import type { Store } from './store.ts'

/** A scenario that came with the page. */
export interface Example {
  name: string
  text: string
}

const largestScenarioBytes = 1_000_000
const largestTraceBytes = 300_000_000

/** Undo, redo, examples, open, save and share. */
export function createToolbar(store: Store, examples: readonly Example[], openTrace: (trace: OwnTrace) => void): void {
  const { history } = store
  const undo = html('button', { type: 'button', title: 'Ctrl+Z', onclick: history.undo }, 'Undo')
  const redo = html('button', { type: 'button', title: 'Ctrl+Shift+Z', onclick: history.redo }, 'Redo')
  const file = html('input', { type: 'file', hidden: true, 'aria-label': 'Scenario or trace file' })
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
  file.addEventListener('change', () => void openFile(store, file, openTrace))
  const share = html('button', { type: 'button' }, 'Share')
  share.addEventListener('click', () => void shareLink(store, share))
  byId('tools').replaceChildren(
    undo,
    redo,
    chooser,
    html(
      'button',
      {
        type: 'button',
        title: 'A scenario (.yaml) or a trace (csv, txt, oracleGeneral, also .gz)',
        onclick: () => file.click(),
      },
      'Open',
    ),
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

/** A scenario by its ending, anything else as a trace: it is unpacked here and handed to the engine. */
async function openFile(store: Store, input: HTMLInputElement, openTrace: (trace: OwnTrace) => void): Promise<void> {
  const chosen = input.files?.[0]
  input.value = ''
  if (!chosen) return
  const { name } = chosen
  const isScenario = /\.(?:ya?ml|json)$/i.test(name)
  if (chosen.size > (isScenario ? largestScenarioBytes : largestTraceBytes))
    return store.fault([{ message: `${name} is larger than this page takes`, hint: 'cdnlab run takes it' }])
  if (isScenario) {
    const text = await chosen.text()
    return store.edit(() => text)
  }
  try {
    const bytes = await unpack(chosen)
    const plainName = name.replace(/\.gz$/i, '')
    openTrace({ name: plainName, bytes })
    store.edit(text => setValue(text, ['traffic'], { trace: plainName }))
  } catch {
    store.fault([{ message: `${name} is damaged, or unpacks to more than this page takes` }])
  }
}

/** The bytes of a file, gunzipped where its first bytes say so. Throws when they are damaged or too many. */
async function unpack(file: Blob): Promise<Uint8Array> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer())
  if (head[0] !== 0x1f || head[1] !== 0x8b) return new Uint8Array(await file.arrayBuffer())
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  const reader = file.stream().pipeThrough(new DecompressionStream('gzip')).getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length
    if (size > largestTraceBytes) throw new RangeError('too large')
    pieces.push(next.value)
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer())
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

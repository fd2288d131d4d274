import type { Topology } from 'topojson-specification'
import { type AtlasTexts, parseAtlas } from '../geo/atlas.ts'
import { describeMistake, UserError } from '../lib/user-error.ts'
import { lessonOf } from '../scenario/lesson.ts'
import { createControls } from './controls.ts'
import { byId, html } from './dom.ts'
import { createLane } from './engine-client.ts'
import { createHeadline, figuresPanel } from './figures-view.ts'
import { firstScenario } from './first-scenario.ts'
import { journeyPanel } from './journey-view.ts'
import { createLegend } from './legend.ts'
import { lessonsPanel } from './lessons-view.ts'
import { createMap } from './map-view.ts'
import { racePanel } from './race-view.ts'
import { createRunner } from './runner.ts'
import { unpackLink } from './share-link.ts'
import { createStore } from './store.ts'
import { createTabs } from './tabs.ts'
import { textPanel } from './text-view.ts'
import { createTime } from './time-view.ts'
import { createTip } from './tip.ts'
import { createToolbar, type Example } from './toolbar.ts'

/** What the build puts into `data.json` beside the page. */
interface PageData {
  version: string
  atlas: AtlasTexts
  world: Topology
  lessons: unknown[]
  examples: Example[]
}

async function open(): Promise<void> {
  const [response, kernels] = await Promise.all([fetch('data.json'), fetchKernels()])
  if (!response.ok) throw new UserError(`data.json: ${response.status} ${response.statusText}`)
  const { version, atlas: texts, world, lessons, examples } = (await response.json()) as PageData
  const atlas = parseAtlas(texts)
  const shared = await unpackLink(location.hash.slice(1))
  const store = createStore(firstScenario, atlas)
  const engine = new URL('lab-engine.js', import.meta.url)
  const lane = (patient: boolean) => createLane(engine, { texts, version, kernels }, patient)
  const [quick, exact, race, journey, school] = [lane(true), lane(false), lane(false), lane(false), lane(false)]
  createRunner(store, quick, exact)
  createHeadline(store)
  const { setScale } = createMap(store, world, createTip())
  createLegend(setScale)
  createControls(store)
  createTime(store)
  createToolbar(store, examples, trace => {
    for (const engineLane of [quick, exact, race, journey]) engineLane.open(trace)
  })
  byId('below').replaceChildren(
    ...createTabs([
      { id: 'figures', title: 'All figures', panel: figuresPanel(store) },
      { id: 'race', title: 'Race of policies', panel: racePanel(store, race) },
      { id: 'journey', title: 'One request', panel: journeyPanel(store, journey) },
      { id: 'text', title: 'Scenario', panel: textPanel(store) },
      {
        id: 'lessons',
        title: 'Lessons',
        panel: lessonsPanel(
          store,
          school,
          lessons.map(lesson => lessonOf(lesson, 'data.json')),
        ),
      },
    ]),
  )
  if (shared !== undefined) store.edit(() => shared)
  window.addEventListener('hashchange', () => {
    void unpackLink(location.hash.slice(1)).then(text => {
      if (text !== undefined) store.edit(() => text)
    })
  })
}

/** The compiled kernels, for all engines; null where they are not to be had: the page is slower then, and says the same. */
async function fetchKernels(): Promise<ArrayBuffer | null> {
  try {
    const response = await fetch('kernels.wasm')
    return response.ok ? await response.arrayBuffer() : null
  } catch {
    return null
  }
}

open().catch((error: unknown) => {
  const says = error instanceof UserError ? error.mistakes.map(describeMistake) : [String(error)]
  byId('map').replaceChildren(
    html('p', { class: 'fault', role: 'alert' }, `The page could not start: ${says.join('; ')}`),
  )
})

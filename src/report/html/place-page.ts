import { formatBytes } from '../../lib/quantity.ts'
import type { Manifest } from '../../stats/result.ts'
import { formatCount } from '../figures.ts'
import { inertHtml } from '../inert.ts'
import { type PlacedPop, type PlaceResult, placeSentence, type SplitResult, splitSentence } from '../place.ts'
import { documentHtml, manifestList } from './document.ts'
import { coasts, frameOf } from './map-frame.ts'
import { coordinate, section } from './markup.ts'
import { tableScript } from './script.ts'
import { style } from './style.ts'
import { type Column, count, ms, name, percent, sortable } from './tables.ts'

const placeStyle = `${style}
.standing circle{fill:#56b4e9;stroke:var(--halo);stroke-width:.5}.next circle{fill:#e69f00;stroke:var(--halo);stroke-width:1}
.next text{font:bold 13px system-ui,sans-serif;text-anchor:middle;dominant-baseline:central;fill:#000}`

/** Where the next PoPs would save most, as one page that needs nothing else. `land` is the text of world-atlas/land-110m.json. */
export function placeHtml(result: PlaceResult, land: string, manifest: Partial<Manifest>): string {
  const { title, pops, split, notes, people } = result
  const heading = `${title}: where to build next`
  const body = [
    `<header><h1>${inertHtml(heading)}</h1><p class="meta">${inertHtml(placeSentence(result))}</p></header>`,
    '<main>',
    section('map', 'Map', 'Blue: stands already. Orange: the next ones, in order.', mapOf(result, land)),
    section(
      'pops',
      'What each is worth',
      'Times of one round trip; half a millisecond is noticed. Click a heading to sort.',
      popTable(pops, people),
    ),
    section('split', 'Bytes by miss-ratio curves', split ? splitSentence(split) : '', split ? splitTable(split) : ''),
    section('notes', 'Notes', '', `<ul>${notes.map(note => `<li>${inertHtml(note)}</li>`).join('')}</ul>`),
    section('recipe', 'How to make this again', '', manifestList(manifest)),
    '</main>',
  ].join('\n')
  return documentHtml({ title: heading, style: placeStyle, script: tableScript, body })
}

function mapOf(result: PlaceResult, land: string): string {
  const { standing, pops } = result
  const { projection, width, height } = frameOf([...standing, ...pops.map(({ place }) => place)])
  const at = ({ lat, lon }: { lat: number; lon: number }): [string, string] => {
    const [x, y] = projection([lon, lat]) ?? [0, 0]
    return [coordinate(x), coordinate(y)]
  }
  const dots = standing.map(place => {
    const [x, y] = at(place)
    return `<circle cx="${x}" cy="${y}" r="3"><title>${inertHtml(place.name ?? '')}</title></circle>`
  })
  const next = pops.map(({ place }, index) => {
    const [x, y] = at(place)
    return `<g><circle cx="${x}" cy="${y}" r="9"/><text x="${x}" y="${y}">${index + 1}</text><title>${inertHtml(place.name ?? '')}</title></g>`
  })
  const words = `${placeSentence(result)} ${pops.map(({ place }, index) => `${index + 1}: ${place.name ?? ''}`).join(', ')}.`
  return `<div class="map"><svg id="world" role="img" aria-label="${inertHtml(words)}" viewBox="0 0 ${width} ${coordinate(height)}">${coasts(land, projection)}<g class="standing">${dots.join('')}</g><g class="next">${next.reverse().join('')}</g></svg></div>`
}

function popTable(pops: readonly PlacedPop[], people: number | null): string {
  if (pops.length === 0) return ''
  const whom = (title: string, of: (pop: PlacedPop) => number): Column<PlacedPop> =>
    people === null ? percent(`${title}, %`, of) : count(`${title}, people`, pop => of(pop) * people)
  const price: Column<PlacedPop> = {
    title: 'egress, $ a GiB',
    of: ({ egressUsd }) => egressUsd ?? null,
    show: ({ egressUsd }) => (egressUsd === undefined ? '-' : egressUsd.toFixed(3)),
  }
  return sortable<PlacedPop>('What each is worth', pops, [
    name('next PoP', ({ place }) => [place.name, place.cc].filter(Boolean).join(', ')),
    ms('mean of all now, ms', ({ meanMs }) => meanMs),
    ms('gain of those who notice, ms', ({ gainMs }) => gainMs),
    whom('who notice', ({ gainShare }) => gainShare),
    whom('whose fastest it is', ({ serveShare }) => serveShare),
    ...(pops.some(({ egressUsd }) => egressUsd !== undefined) ? [price] : []),
  ])
}

function splitTable({ pops }: SplitResult): string {
  return sortable<SplitResult['pops'][number]>('Bytes by miss-ratio curves', pops, [
    name('PoP', ({ id }) => id),
    { title: 'bytes', of: ({ bytes }) => bytes, show: ({ bytes }) => formatBytes(bytes) },
    { title: 'requests', of: ({ requests }) => requests, show: ({ requests }) => formatCount(requests) },
    percent('hit ratio, %', ({ hitRatio }) => hitRatio),
  ])
}

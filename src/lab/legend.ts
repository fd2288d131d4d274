import { byId, html, svg } from './dom.ts'
import { type CityScale, scaleSteps } from './map-draw.ts'

const titles: Record<CityScale, string> = { latency: 'Wait with the CDN, ms', saved: 'Saved, ms' }

/** What the signs of the map mean, and the choice of what the cities show. */
export function createLegend(setScale: (scale: CityScale) => void): void {
  const holder = byId('legend')
  const draw = (scale: CityScale): void => {
    setScale(scale)
    const choice = html(
      'select',
      { 'aria-label': 'What the cities show' },
      ...Object.entries(titles).map(([value, title]) => html('option', { value }, title)),
    )
    choice.value = scale
    choice.addEventListener('change', () => {
      draw(choice.value as CityScale)
      holder.querySelector('select')!.focus()
    })
    holder.replaceChildren(choice, ...stepKeys(scale), ...signKeys())
  }
  draw('latency')
}

function stepKeys(scale: CityScale): HTMLElement[] {
  const steps = scaleSteps[scale]
  return Array.from({ length: steps.length + 1 }, (_, step) => {
    const label =
      step === 0 ? `< ${steps[0]}` : step === steps.length ? `≥ ${steps.at(-1)}` : `${steps[step - 1]}–${steps[step]}`
    const colour = scale === 'latency' ? step : steps.length - step
    return html('span', { class: 'key' }, sign(svg('circle', { class: `city step-${colour}`, r: 5 })), label)
  })
}

function signKeys(): HTMLElement[] {
  const key = (label: string, ...shapes: SVGElement[]): HTMLElement =>
    html('span', { class: 'key' }, sign(...shapes), label)
  return [
    key(
      'PoP, filled by its hit ratio',
      svg('circle', { class: 'disc', r: 7 }),
      svg('path', { class: 'full', d: 'M0,0V-7A7,7 0 0 1 0,7Z' }),
    ),
    key('origin', svg('path', { class: 'origin', d: 'M0,-7 7,0 0,7 -7,0Z' })),
    key('shield', svg('path', { class: 'shield', d: 'M0,-8 6,-6V1C6,5 3,7 0,8 -3,7 -6,5 -6,1V-6Z' })),
    key('mis-routed', svg('circle', { class: 'city step-2 misrouted', r: 5 })),
  ]
}

function sign(...shapes: SVGElement[]): SVGElement {
  return svg('svg', { viewBox: '-9 -9 18 18', width: 18, height: 18, 'aria-hidden': 'true' }, ...shapes)
}

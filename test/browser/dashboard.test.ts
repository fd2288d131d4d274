import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { type RunningNetwork, startNetwork } from '../../src/live/network.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import type { Plan } from '../../src/scenario/plan.ts'
import { planOf } from '../../src/scenario/plan-of.ts'
import { hasBrowser, openBrowser } from './open-browser.ts'
import { itIsFitForAll } from './page-checks.ts'

const scenario = `
pops: [{id: SYD, at: Sydney}, {id: FRA, at: Frankfurt}, {id: IAD, at: "Ashburn, US"}]
shields: [{id: SHIELD, at: Ashburn}]
edge: {capacity: 10MB, parent: SHIELD}
origin: {at: us-east-1, think: 0ms}
visitors: {cities: 200}
traffic: {objects: 100, requests: 100, rate: 10/s}
`
/** Names that would each do something if the page let them. */
const hostile = [
  '</script><script>window.harm=1</script>',
  '"><img src=x onerror="window.harm=1">',
  '<svg onload="window.harm=1">',
]
const token = 'a-long-enough-token'

/** A plan with names that no scenario may have: the page must not rely on that. */
function hostilePlan(plan: Plan): Plan {
  const pops = plan.pops.map((pop, index) => ({
    ...pop,
    id: `${pop.id}${hostile[index % hostile.length]}`,
    place: { ...pop.place, name: hostile[(index + 1) % hostile.length]! },
  }))
  const places = plan.visitors.places.map((place, index) => ({ ...place, name: `${place.name}${hostile[index % 3]}` }))
  return { ...plan, title: `Live ${hostile[0]}`, pops, visitors: { ...plan.visitors, places } }
}

describe.skipIf(!hasBrowser)('the dashboard in a browser', () => {
  const noise: string[] = []
  let network: RunningNetwork
  let browser: Browser
  let page: Page

  const visit = async (pop: number, path: string): Promise<void> => {
    const { lat, lon } = places[pop]!
    await fetch(network.pops[pop]!.live.url + path, { headers: { 'x-sim-location': `${lat},${lon}` } })
  }
  const places = [
    { lat: 50.1, lon: 8.7 },
    { lat: 39, lon: -77.5 },
    { lat: -33.9, lon: 151.2 },
  ]
  const row = (id: string) => page.locator('#pops tbody tr').filter({ hasText: id })

  beforeAll(async () => {
    const atlas = loadAtlas()
    const { plan } = planOf(readScenario(scenario, 'test.yaml'), atlas)
    const ports = { host: '127.0.0.1', port: 0, popPort: 0, controlPort: 0 }
    const manners = { manner: 'redirect' as const, timeScale: 0, keepsHost: false, mode: 'conformant' as const }
    const given = { origin: undefined, token, now: Date.now }
    network = await startNetwork({ plan: hostilePlan(plan), atlas, ...ports, ...manners, ...given })
    for (const path of ['/a', '/b', '/a', '/a']) for (const pop of [0, 1, 2]) await visit(pop, path)
    browser = await openBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.on('console', message => noise.push(message.text()))
    page.on('pageerror', error => noise.push(String(error)))
    page.on('request', request => {
      if (!request.url().startsWith(`${network.control.url}/`)) noise.push(request.url())
    })
    await page.goto(`${network.control.url}/#token=${token}`)
    await page.locator('#world').waitFor()
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await network?.close(true)
  })

  it('shows the figures of the PoPs, and leaves names without power', async () => {
    expect(await page.locator('#card-hit_ratio b').textContent()).toBe('50.0 %')
    expect(await page.locator('#layers .pops circle').count()).toBe(3)
    expect(await page.locator('h1').textContent()).toContain('</script>')
    expect(await page.evaluate('window.harm')).toBeUndefined()
    expect(await page.locator('img, #pops svg[onload]').count()).toBe(0)
  })

  it('follows what happens without being loaded again', async () => {
    for (let round = 0; round < 12; round++) await visit(0, '/a')
    await expect.poll(() => page.locator('#card-requests b').textContent(), { timeout: 5000 }).toBe('24')
    expect(await page.locator('#card-hit_ratio b').textContent()).toBe('75.0 %')
  })

  it('keeps what the reader has sorted, unfolded and chosen while figures change', async () => {
    await page.locator('#card-p50_ms summary').click()
    await page.locator('#show-arcs').uncheck()
    await page.locator('#pops thead button').first().click()
    const names = () => page.locator('#pops tbody th').allTextContents()
    const sorted = await names()
    expect(sorted).toEqual([...sorted].sort((a, b) => a.localeCompare(b)))
    await page.mouse.move(5, 5)
    await visit(2, '/c')
    await expect.poll(() => page.locator('#card-requests b').textContent(), { timeout: 5000 }).toBe('25')
    expect(await page.locator('#card-p50_ms').getAttribute('open')).not.toBeNull()
    expect(await page.locator('#show-arcs').isChecked()).toBe(false)
    expect(await names()).toEqual(sorted)
  })

  it('cuts a PoP and brings it back', async () => {
    await row('SYD').getByRole('button', { name: /^Cut/ }).click()
    await expect.poll(() => page.locator('#layers .down').count(), { timeout: 5000 }).toBe(1)
    expect(network.alive[network.pops.findIndex(({ id }) => id.startsWith('SYD'))]).toBe(0)
    await row('SYD')
      .getByRole('button', { name: /^Bring/ })
      .click()
    await expect.poll(() => page.locator('#layers .down').count(), { timeout: 5000 }).toBe(0)
  })

  it('purges a path by the keyboard, and says how many copies went', async () => {
    await page.locator('#purge-path').fill('/a')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('#said').textContent()).toBe('3 copies purged.')
    await page.locator('#purge-path').fill('/b*')
    await page.locator('#purge-soft').check()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('#said').textContent()).toMatch(/^\d copies purged/)
  })

  it('stops and slows the origin', async () => {
    await page.getByRole('button', { name: 'Stop it' }).click()
    await page.getByRole('button', { name: 'Start it again' }).waitFor()
    expect(network.origin.state!.isStopped).toBe(true)
    await page.getByRole('button', { name: 'Start it again' }).click()
    await page.getByRole('button', { name: '5 times slower', exact: true }).click()
    await expect.poll(() => network.origin.state!.slowFactor).toBe(5)
    expect(network.origin.state!.isStopped).toBe(false)
  })

  it('asks for the token where the address has none or a wrong one', async () => {
    const other = await browser.newPage()
    await other.goto(`${network.control.url}/#token=wrong-wrong`)
    await other.getByRole('button', { name: 'Everything' }).click()
    await expect.poll(() => other.locator('#said').textContent()).toBe('The token is wrong.')
    await other.locator('#token').fill(token)
    await other.keyboard.press('Enter')
    await other.locator('#key').waitFor({ state: 'hidden' })
    await other.getByRole('button', { name: 'Everything' }).click()
    await expect.poll(() => other.locator('#said').textContent()).toMatch(/purged/)
    await other.close()
  })

  itIsFitForAll(() => page)

  it('said nothing on its console and asked nobody else', () => {
    expect(noise.filter(text => !text.includes('401'))).toEqual([])
  })
})

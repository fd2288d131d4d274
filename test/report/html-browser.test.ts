import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reportHtml } from '../../src/report/html/page.ts'
import { hasBrowser, openBrowser } from '../browser/open-browser.ts'
import { itIsFitForAll } from '../browser/page-checks.ts'
import { createResultFixture } from './fixture.ts'

const require = createRequire(import.meta.url)
const land = readFileSync(require.resolve('world-atlas/land-110m.json'), 'utf8')

/** Names that would each do something if the page let them. */
const hostile = [
  '</script><script>window.harm=1</script>',
  '"><img src=x onerror="window.harm=1">',
  '</title><svg onload="window.harm=1">',
  '<style>*{display:none}</style>',
]
const result = createResultFixture({
  pops: 30,
  cities: 60,
  replications: 10,
  name: (kind, index) =>
    index % 5 === 0 ? `${hostile[index % hostile.length]!} ${kind} ${index}` : `${kind} ${index}`,
})

describe.skipIf(!hasBrowser)('the report in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cdnlab-report-'))
  const address = pathToFileURL(join(folder, 'report.html')).href
  const noise: string[] = []
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    writeFileSync(join(folder, 'report.html'), reportHtml(result, { scenario: 'title: x\n', land }))
    browser = await openBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.on('console', message => noise.push(message.text()))
    page.on('pageerror', error => noise.push(String(error)))
    page.on('request', request => {
      if (request.url() !== address && !request.url().startsWith('blob:')) noise.push(request.url())
    })
    await page.goto(address)
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true })
  })

  it('shows the figures of the result and leaves names without power', async () => {
    expect(await page.title()).toBe(result.title)
    expect(await page.evaluate('window.harm')).toBeUndefined()
    expect(await page.locator('.card b').first().textContent()).toBe('73.0 % ± 0.15')
    expect(await page.locator('#map .pops circle').count()).toBe(30)
  })

  it('sorts a table by the numbers behind the cells, both ways', async () => {
    const heading = page.locator('#pops thead button').nth(2)
    const ratios = async (): Promise<number[]> =>
      await page
        .locator('#pops tbody td:nth-child(3)')
        .evaluateAll(cells => cells.map(cell => Number((cell as HTMLElement).dataset.v)))
    const sorted = result.pops.map(({ hitRatio }) => hitRatio).sort((a, b) => a - b)
    await heading.click()
    expect(await ratios()).toEqual([...sorted].reverse())
    await heading.click()
    expect(await ratios()).toEqual(sorted)
  })

  it('steps through the PoPs by keyboard, the busiest first, and tells of each', async () => {
    const [busiest] = result.pops.filter(({ isEdge }) => isEdge).sort((a, b) => b.requests - a.requests)
    await page.locator('#world').focus()
    await page.keyboard.press('ArrowRight')
    const tip = await page.locator('#tip').textContent()
    expect(tip).toContain('1 of 30.')
    expect(tip).toContain(`${(100 * busiest!.hitRatio).toFixed(1)} %`)
  })

  it('colours cities by what the reader chooses, and hides what is not wanted', async () => {
    expect(await page.locator('g.by-saving').isVisible()).toBe(false)
    await page.locator('#by-saving').check()
    expect(await page.locator('g.by-saving').isVisible()).toBe(true)
    await page.locator('#show-cities').uncheck()
    expect(await page.locator('g.by-saving').isVisible()).toBe(false)
  })

  it('saves the data of a plot', async () => {
    await page.locator('#time details.data summary').click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#time button.save').click()])
    const rows = readFileSync(await download.path(), 'utf8').split('\n')
    expect(rows).toHaveLength(1 + result.series.requests.length)
    expect(rows[1]!.split(',').slice(0, 2)).toEqual(['0', String(result.series.requests[0])])
  })

  itIsFitForAll(() => page)

  it('said nothing on its console and asked nobody for anything', () => expect(noise).toEqual([]))
})

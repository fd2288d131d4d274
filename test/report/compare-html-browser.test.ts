import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareHtml } from '../../src/report/html/compare-page.ts'
import { mrcHtml } from '../../src/report/html/mrc-page.ts'
import { hasBrowser, openBrowser } from '../browser/open-browser.ts'
import { createCompareFixture, createMrcFixture, manifest } from './compare-fixture.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const hostile = '</script><script>window.harm=1</script>"><img src=x onerror="window.harm=1">'

describe.skipIf(!hasBrowser).each([
  ['compare', compareHtml(createCompareFixture(hostile))],
  ['mrc', mrcHtml(createMrcFixture(hostile, hostile), manifest)],
])('the page of %s in a browser', (name, text) => {
  const folder = mkdtempSync(join(tmpdir(), 'cdnlab-page-'))
  const address = pathToFileURL(join(folder, `${name}.html`)).href
  const noise: string[] = []
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    writeFileSync(join(folder, `${name}.html`), text)
    browser = await openBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.on('console', message => noise.push(message.text()))
    page.on('pageerror', error => noise.push(String(error)))
    page.on('request', request => {
      if (request.url() !== address) noise.push(request.url())
    })
    await page.goto(address)
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true })
  })

  it('leaves names without power', async () => expect(await page.evaluate('window.harm')).toBeUndefined())

  it('sorts by the numbers behind the cells', async () => {
    const table = page.locator('table.sortable').first()
    const shown = async (): Promise<number[]> =>
      await table
        .locator('tbody td:nth-child(2)')
        .evaluateAll(cells => cells.map(cell => Number((cell as HTMLElement).dataset.v)))
    const rising = [...(await shown())].sort((a, b) => a - b)
    const heading = table.locator('thead th').nth(1)
    const isDown = (await heading.getAttribute('aria-sort')) === 'descending'
    expect(await shown()).toEqual(isDown ? [...rising].reverse() : rising)
    await heading.locator('button').click()
    expect(await shown()).toEqual(isDown ? rising : [...rising].reverse())
    await heading.locator('button').click()
    expect(await shown()).toEqual(isDown ? [...rising].reverse() : rising)
  })

  it.each([360, 1280, 1920])('fits a screen of %i pixels', async width => {
    await page.setViewportSize({ width, height: 900 })
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  })

  it.each(['light', 'dark'] as const)(
    'has no serious fault of accessibility when it is %s',
    async colorScheme => {
      await page.emulateMedia({ colorScheme })
      const found = (await page.evaluate(`${axe};axe.run()`)) as { violations: { id: string; impact: string }[] }
      expect(found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
    },
    30_000,
  )

  it('said nothing on its console and asked nobody for anything', () => expect(noise).toEqual([]))
})

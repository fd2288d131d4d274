import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareHtml } from '../../src/report/html/compare-page.ts'
import { mrcHtml } from '../../src/report/html/mrc-page.ts'
import { hasBrowser, openBrowser } from '../browser/open-browser.ts'
import { itIsFitForAll } from '../browser/page-checks.ts'
import { createCompareFixture, createMrcFixture, manifest } from './compare-fixture.ts'

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

  itIsFitForAll(() => page)

  it('said nothing on its console and asked nobody for anything', () => expect(noise).toEqual([]))
})

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildLab } from '../../src/build-lab.mjs'
import { createLabServer } from '../../src/cli/lab-server.ts'
import { loadAtlas } from '../../src/files/atlas.ts'
import { createBench, planText, runInLab } from '../../src/lab/engine.ts'
import { firstScenario } from '../../src/lab/first-scenario.ts'
import { packLink } from '../../src/lab/share-link.ts'
import { formatValue } from '../../src/report/figures.ts'
import { hasBrowser, openBrowser } from './open-browser.ts'

const small = `title: Small
pops:
  - {id: FRA, at: Frankfurt}
  - {id: SIN, at: Singapore}
edge: {capacity: 5MB, policy: sieve}
visitors: {cities: 60}
traffic: {objects: 5000, requests: 40000, rate: 200/s}
`

describe.skipIf(!hasBrowser)('the lab in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cdnlab-lab-'))
  let browser: Browser
  let server: ReturnType<typeof createLabServer>
  let address: string
  let sizes: Record<string, number>

  beforeAll(async () => {
    sizes = await buildLab(folder)
    server = createLabServer(folder)
    await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    browser = await openBrowser()
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    server?.closeAllConnections()
    server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Opens the page with a scenario and waits for its exact run; `faults` gathers what a page must not do. */
  async function open(text: string, options: Parameters<Browser['newPage']>[0] = {}) {
    const page = await browser.newPage(options)
    const faults: string[] = []
    page.on('console', message => {
      if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
    })
    page.on('pageerror', error => void faults.push(error.message))
    page.on('request', request => {
      if (!request.url().startsWith(address) && !request.url().startsWith('data:')) faults.push(request.url())
    })
    await page.goto(`${address}#${await packLink(text)}`)
    await exact(page)
    return { page, faults }
  }

  const exact = (page: Page) =>
    page.waitForFunction(() => document.body.dataset.run === 'exact', undefined, { timeout: 40_000 })
  const figure = (page: Page, name: string) => page.locator(`[data-figure="${name}"]`).innerText()
  const expected = (text: string, id = 'hit_ratio') =>
    formatValue(runInLab(planText(text, loadAtlas()), createBench(loadAtlas()), false).result.headline[id]!.value, '%')
  const textOf = async (page: Page): Promise<string> => {
    await page.click('#tab-text')
    return page.inputValue('#scenario-text')
  }

  it('shows the figures of the same run in Node, without a complaint or a request elsewhere', async () => {
    const { page, faults } = await open(small)
    const { headline } = runInLab(planText(small, loadAtlas()), createBench(loadAtlas()), false).result
    expect(await figure(page, 'Hit ratio')).toBe(formatValue(headline.hit_ratio!.value, '%'))
    expect(await figure(page, 'Typical wait')).toBe(formatValue(headline.p50_ms!.value, 'ms'))
    expect(await figure(page, 'Saved per request')).toBe(formatValue(headline.saved_mean_ms!.value, 'ms'))
    expect(faults).toEqual([])
    await page.close()
  })

  it('stays below 300 kB without the data of the world', () => {
    const { 'data.json': _data, ...page } = sizes
    expect(Object.values(page).reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(300_000)
  })

  it('places and removes a PoP by a click and a key, with the figures of the engine, and undoes it', async () => {
    const { page } = await open(small)
    const before = await figure(page, 'Hit ratio')
    const box = (await page.locator('#map svg').boundingBox())!
    await page.mouse.click(box.x + box.width * 0.32, box.y + box.height * 0.67)
    await page.waitForFunction(() => document.querySelectorAll('[data-pop]').length === 3)
    await exact(page)
    const placed = await textOf(page)
    expect(await figure(page, 'Hit ratio')).toBe(expected(placed))
    await page.locator('.pop.chosen').focus()
    await page.keyboard.press('Delete')
    await page.waitForFunction(() => document.querySelectorAll('[data-pop]').length === 2)
    await exact(page)
    expect(await figure(page, 'Hit ratio')).toBe(before)
    await page.click('text=Undo')
    await page.click('text=Undo')
    expect(await textOf(page)).toBe(small)
    await page.close()
  })

  it('moves through PoPs and moves one with the keyboard alone', async () => {
    const { page } = await open(small)
    await page.locator('[data-pop="FRA"]').focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-pop'))).toBe('SIN')
    await page.keyboard.press('Shift+ArrowUp')
    expect(await textOf(page)).toMatch(/id: SIN, at: \{ lat: 2\.\d+/)
    await page.close()
  })

  it('follows each control, and saves a text that gives the same figures', async () => {
    const { page } = await open(small)
    await page.selectOption('select:near(:text("Who leaves when it is full"))', 'fifo')
    await page.check('#shield')
    await page.locator('#set-capacity').fill('30')
    await exact(page)
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('button:text-is("Save")')])
    const saved = readFileSync((await download.path())!, 'utf8')
    expect(saved).toContain('policy: fifo')
    expect(saved).toContain('SHIELD')
    expect(await figure(page, 'Hit ratio')).toBe(expected(saved))
    await page.close()
  })

  it('makes events of the scenario at the chosen moment', async () => {
    const { page } = await open(small)
    await page.locator('.player input').fill('500')
    await page.click('text=Stop the origin')
    await exact(page)
    const text = await textOf(page)
    expect(text).toMatch(/at: 100s, type: origin-down, for: 20s/)
    expect(await page.locator('.events').innerText()).toContain('origin')
    await page.close()
  })

  it('shows mistakes with line and column, and keeps the figures from before', async () => {
    const { page } = await open(small)
    const before = await figure(page, 'Hit ratio')
    await page.click('#tab-text')
    await page.fill('#scenario-text', small.replace('policy: sieve', 'policy: seive'))
    await page.waitForSelector('#mistakes li')
    expect(await page.locator('#mistakes').innerText()).toMatch(/scenario\.yaml:5:\d+: .*seive.*sieve/s)
    expect(await figure(page, 'Hit ratio')).toBe(before)
    await page.close()
  })

  it('follows one request and runs a race', async () => {
    const { page, faults } = await open(small)
    await page.click('#tab-journey')
    await page.click('text=A miss')
    await page.waitForSelector('.waterfall')
    expect(await page.locator('.journey').innerText()).toContain('Why was this a miss?')
    await page.click('#tab-race')
    await page.click('text=Start the race')
    await page.waitForFunction(() => document.querySelectorAll('.bars li').length >= 9, undefined, { timeout: 30_000 })
    const lines = await page.locator('.race-figure .u-series').count()
    expect(lines).toBeGreaterThanOrEqual(10)
    expect(await page.locator('.race-figure p').innerText()).toMatch(/sieve ends at \d+\.\d %/)
    expect(faults).toEqual([])
    await page.close()
  })

  it('asks for predictions first, and holds them against the engine and the theory', async () => {
    const { page, faults } = await open(small)
    await page.click('#tab-lessons')
    await page.click('.lessons button:has-text("freshness against offload")')
    const cells = (column: number) => page.locator(`.predict tbody td:nth-child(${column})`).allTextContents()
    expect(await cells(3)).toEqual(['?', '?', '?'])
    await page.click('text=Run and compare')
    expect(await page.locator('.school form [role=status]').innerText()).toContain('one number at least')
    await page.locator('.predict input').nth(0).fill('0.09')
    await page.locator('.predict input').nth(1).fill('0.9')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() =>
      /1 of your 2/.test(document.querySelector('.school form [role=status]')!.textContent!),
    )
    expect(await cells(4)).toEqual(['0.091', '0.375', '0.973'])
    for (const [index, theory] of [0.091, 0.375, 0.973].entries())
      expect(Math.abs(Number((await cells(3))[index]) - theory)).toBeLessThan(0.01)
    expect(await cells(5)).toEqual(['✓ near', '✗ off', ''])
    expect(faults).toEqual([])
    await page.close()
  }, 60_000)

  it("opens a trace of one's own, packed or not, which stays in the page", async () => {
    const { page, faults } = await open(small)
    const rows = Array.from({ length: 4000 }, (_, row) => `${row},${(row * row) % 97},1000`)
    const csv = `time,id,size\n${rows.join('\n')}\n`
    for (const [name, buffer] of [
      ['own.csv', Buffer.from(csv)],
      ['own.csv.gz', gzipSync(csv)],
    ] as const) {
      await page.setInputFiles('#tools input[type=file]', { name, mimeType: 'application/octet-stream', buffer })
      await page.waitForFunction(() => /Exact: 4,000 requests/.test(document.querySelector('#status')!.textContent!))
      expect(await textOf(page)).toContain('trace: own.csv')
    }
    expect(faults).toEqual([])
    await page.close()
  })

  it('keeps hostile names inert', async () => {
    const evil = '<img src=x onerror="document.title=1">\\u202e'
    const text = small
      .replace('title: Small', `title: ${JSON.stringify(evil)}`)
      .replace('at: Frankfurt', `at: {lat: 50, lon: 8, name: ${JSON.stringify(evil)}}`)
    const { page, faults } = await open(text)
    await page.locator('[data-pop="FRA"]').hover()
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.title()).toBe('cdnlab: a CDN laboratory')
    expect(await page.locator('#tip').innerText()).toContain('<img')
    expect(faults).toEqual([])
    await page.close()
  })

  it('has no serious violation of accessibility in light and dark, and nothing runs out at 360 px', async () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open(small, { colorScheme, viewport: { width: 360, height: 800 }, bypassCSP: true })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
      await page.evaluate(axe)
      const found: string[] = []
      for (const tab of ['figures', 'race', 'journey', 'text', 'lessons']) {
        await page.click(`#tab-${tab}`)
        found.push(
          ...(await page.evaluate(async () => {
            const { axe: checker } = window as unknown as {
              axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
            }
            const { violations } = await checker.run()
            return violations
              .filter(({ impact }) => impact === 'serious' || impact === 'critical')
              .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
          })),
        )
      }
      expect([...new Set(found)]).toEqual([])
      await page.close()
    }
  })

  it('answers quickly to a change of a million requests, with what it says is a sample', async () => {
    const { page } = await open(firstScenario)
    await page.selectOption('select:near(:text("Who leaves when it is full"))', 'fifo')
    await page.waitForFunction(() =>
      /A quick look: 1 of 10 objects/.test(document.querySelector('#status')!.textContent!),
    )
    await exact(page)
    expect(await page.locator('#status').innerText()).toContain('Exact: 1,000,000 requests')
    await page.close()
  })

  it('holds only what the page asks for, and does without its kernels', async () => {
    const page = await browser.newPage()
    await page.route('**/kernels.wasm', route => route.abort())
    const asked = new Set<string>()
    page.on('request', request => void asked.add(new URL(request.url()).pathname.slice(1) || 'index.html'))
    await page.goto(`${address}#${await packLink(small)}`)
    await exact(page)
    expect([...asked].sort()).toEqual(readdirSync(folder).sort())
    expect(await figure(page, 'Hit ratio')).toBe(expected(small))
    await page.close()
  })

  it('gives other hosts nothing, and only files of the page', async () => {
    const asked = async (path: string, init: RequestInit = {}) => (await fetch(new URL(path, address), init)).status
    expect(await asked('index.html')).toBe(200)
    expect(await asked('history.js')).toBe(404)
    expect(await asked('..%2fpackage.json')).toBe(404)
    expect(await asked('index.html', { method: 'POST' })).toBe(405)
    const { request } = await import('node:http')
    const status = await new Promise<number>((resolve, reject) => {
      request(address, { headers: { host: 'evil.example' } }, response => {
        response.resume()
        resolve(response.statusCode!)
      })
        .on('error', reject)
        .end()
    })
    expect(status).toBe(403)
  })
})

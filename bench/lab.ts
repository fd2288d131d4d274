import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

// The lab as a person meets it: how soon it paints, how soon it answers a change, and how the engine in the browser compares with
// the same engine in Node on this machine. Needs a Chromium: CHROME_PATH or one of the usual places.

const rounds = 5
const shelves = ['lru', 'sieve']

/** Measures the built page, and prints one line a figure. Option: the path of the browser. */
export async function run([
  browserPath = process.env.CHROME_PATH ?? '/usr/bin/chromium',
]: readonly string[]): Promise<void> {
  const { chromium } = await import('playwright-core')
  const { createLabServer } = await import('#cdnlab/cli/lab-server.js')
  const folder = new URL('../lab/', import.meta.url).pathname
  const server = createLabServer(folder)
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const profile = mkdtempSync(join(tmpdir(), 'cdnlab-bench-'))
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath,
    chromiumSandbox: false,
    args: ['--disable-gpu', '--disable-background-networking'],
  })
  try {
    const page = await browser.newPage()
    await page.goto(address)
    await settled(page)
    const paintMs = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0)
    say('first paint', `${paintMs.toFixed(0)} ms`)
    const quick: number[] = []
    const exact: number[] = []
    for (let round = 0; round < rounds; round++) {
      const begun = performance.now()
      await page.selectOption('#choose-1', shelves[(round + 1) % 2]!)
      await page.waitForFunction(
        () =>
          document.body.dataset.run === 'running' &&
          /^A quick look/.test(document.querySelector('#status')!.textContent!),
      )
      quick.push(performance.now() - begun)
      await settled(page)
      exact.push(Number(/\((\d+) ms\)/.exec(await page.locator('#status').innerText())?.[1]))
    }
    say('answer to a change, a million requests sampled', `${median(quick).toFixed(0)} ms`)
    await page.click('#tab-text')
    const nodeMs = await inNode(await page.inputValue('#scenario-text'))
    say('exact run in the browser', `${median(exact).toFixed(0)} ms`)
    say('exact run in Node', `${nodeMs.toFixed(0)} ms`)
    say('browser / Node', (median(exact) / nodeMs).toFixed(2))
  } finally {
    await browser.close()
    server.closeAllConnections()
    server.close()
    rmSync(profile, { recursive: true, force: true })
  }
}

function settled(page: Page): Promise<unknown> {
  return page.waitForFunction(() => document.body.dataset.run === 'exact', undefined, { timeout: 60_000 })
}

/** The page's own scenario as `cdnlab run` runs it. */
async function inNode(text: string): Promise<number> {
  const { loadAtlas } = await import('#cdnlab/files/atlas.js')
  const { loadKernels } = await import('#cdnlab/files/kernels.js')
  const { plainManifest } = await import('#cdnlab/files/manifest.js')
  const { readScenario } = await import('#cdnlab/scenario/parse.js')
  const { planOf } = await import('#cdnlab/scenario/plan-of.js')
  const { runPlan } = await import('#cdnlab/sim/run.js')
  const [atlas, kernels, manifest] = [loadAtlas(), loadKernels() ?? null, plainManifest('bench', 0)]
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const policy = { key: 'edge.policy', value: shelves[(round + 1) % 2]! }
    const begun = performance.now()
    runPlan(planOf(readScenario(text, 'lab', [policy]), atlas).plan, atlas, { manifest, kernels })
    times.push(performance.now() - begun)
  }
  return median(times)
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function say(what: string, value: string): void {
  process.stdout.write(`${what.padEnd(52)}${value}\n`)
}

import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where a Chromium or Chrome is on this machine; undefined when there is none. */
export function findBrowser(): string | undefined {
  const places = [
    process.env.CHROME_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
  ]
  return places.find(path => path !== undefined && path !== '' && existsSync(path))
}

/** What keeps a browser from asking the network for things of its own. */
const quiet = ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run']

/** Starts the browser of this machine. Throws where there is none: a test that may be skipped asks `hasBrowser` first. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser()
  if (executablePath === undefined) throw new Error('no browser: set CHROME_PATH, or install chromium')
  return await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0, args: quiet })
}

/** Whether tests in a browser can run. In continuous integration they must, so there they are never skipped. */
export const hasBrowser = findBrowser() !== undefined || Boolean(process.env.CI)
if (!hasBrowser) console.warn('SKIPPED: the tests in a browser. Install chromium or set CHROME_PATH to run them.')

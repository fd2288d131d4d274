import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const candidates = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
]

/** Where a browser is, or undefined. A run of CI without one is a failure, not a skip. */
export const browserPath = candidates.find(path => path !== undefined && path !== '' && existsSync(path))
if (browserPath === undefined) {
  const says = 'no browser: set CHROME_PATH, or install chromium'
  if (process.env.CI) throw new Error(says)
  process.stderr.write(`\n*** The browser tests are skipped: ${says}. ***\n\n`)
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath!,
    chromiumSandbox: false,
    args: ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
  })
}

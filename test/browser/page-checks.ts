import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What every page must hold: it fits screens of phones, laptops and projectors, and anybody can use it, light or dark. */
export function itIsFitForAll(pageOf: () => Page): void {
  it.each([360, 1280, 1920])('fits a screen of %i pixels', async width => {
    await pageOf().setViewportSize({ width, height: 900 })
    expect(await pageOf().evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  })

  it.each(['light', 'dark'] as const)(
    'has no serious fault of accessibility when it is %s',
    async colorScheme => {
      await pageOf().emulateMedia({ colorScheme })
      const found = (await pageOf().evaluate(`${axe};axe.run()`)) as { violations: { id: string; impact: string }[] }
      expect(found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
    },
    30_000,
  )
}

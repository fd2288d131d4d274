import { sha256 } from '../../scenario/hash.ts'
import type { Manifest } from '../../stats/result.ts'
import { inertHtml } from '../inert.ts'

export interface Document {
  title: string
  style: string
  script: string
  /** Everything that is shown, as HTML. */
  body: string
  /** True for a page that may ask the server that it came from, and nobody else. */
  asksItsServer?: boolean
}

/** A page as one file that needs nothing else. Its policy (CSP) lets run only its one style and one script, named by their hashes. */
export function documentHtml({ title, style, script, body, asksItsServer = false }: Document): string {
  const policy = `default-src 'none'; style-src '${sourceHash(style)}'; script-src '${sourceHash(script)}'; base-uri 'none'; form-action 'none'${asksItsServer ? "; connect-src 'self'; img-src data:" : ''}`
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">',
    `<title>${inertHtml(title)}</title><style>${style}</style></head><body>`,
    body,
    `<script>${script}</script></body></html>\n`,
  ].join('\n')
}

/** A source of a Content-Security-Policy: SHA-256 of an inline element's text. Source: W3C CSP Level 3, 2.3.1. */
function sourceHash(text: string): string {
  const bytes = sha256(text)
    .match(/../g)!
    .map(pair => Number.parseInt(pair, 16))
  return `sha256-${btoa(String.fromCharCode(...bytes))}`
}

/** What a result needs to be made again, a line a fact; what there is none of is left out. */
export function manifestList(manifest: Partial<Manifest>): string {
  const facts = Object.entries(manifest).flatMap(([key, value]) => {
    const label = key.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
    return value === null || value === '' ? [] : [`<dt>${inertHtml(label)}</dt><dd>${inertHtml(String(value))}</dd>`]
  })
  return `<dl>${facts.join('')}</dl>`
}

/** What a command without a scenario needs to be made again. */
export function withoutScenario({ scenario, scenarioHash, replications, ...rest }: Manifest): Partial<Manifest> {
  return rest
}

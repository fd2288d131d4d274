import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiPlan, RoutePlan } from '../../backend/plans.ts'
import { documentHtml } from '../../report/html/document.ts'
import { inertHtml } from '../../report/inert.ts'
import { openApiOf } from './openapi.ts'

/** What an API says of itself: a page for people, and the same for programs. */
export interface Reference {
  /** Answers a request for the reference, and says whether it was one. */
  serve(request: IncomingMessage, response: ServerResponse, path: string): boolean
}

const pagePath = '/_reference'
const jsonPath = '/_reference/openapi.json'

/** The reference of an API at `/_reference` and `/_reference/openapi.json`. Names in it are inert, and nothing runs on the page. */
export function createReference(plan: ApiPlan): Reference {
  const json = Buffer.from(JSON.stringify(openApiOf(plan), null, 2))
  const page = Buffer.from(referenceHtml(plan))
  return {
    serve({ method, url = '' }, response, path) {
      if ((path !== pagePath && path !== jsonPath) || (method !== 'GET' && method !== 'HEAD') || url.length > 1000)
        return false
      const body = path === jsonPath ? json : page
      response.writeHead(200, {
        'Content-Type': path === jsonPath ? 'application/json' : 'text/html; charset=utf-8',
        'Content-Length': body.length,
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
        'Content-Security-Policy':
          "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      })
      response.end(method === 'HEAD' ? undefined : body)
      return true
    },
  }
}

const style = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1b1b1f;background:#fff}
h2{font:600 1.1rem/1.4 ui-monospace,monospace;margin:2rem 0 .25rem}h2 b{color:#31688e}dl{display:grid;grid-template-columns:9rem 1fr;gap:.25rem 1rem;margin:.5rem 0}
dt{color:#55555c}dd{margin:0}pre{background:#f4f4f6;padding:.75rem;overflow:auto}
@media(prefers-color-scheme:dark){body{color:#e6e6ea;background:#17171a}h2 b{color:#7fb6dd}dt{color:#a5a5ad}pre{background:#232327}a{color:#9cc9ea}}`

function referenceHtml(plan: ApiPlan): string {
  const sockets = plan.sockets
    ? `<h2>WebSocket ${inertHtml(plan.sockets.path)}</h2><dl>${rows([
        ['Route by', plan.sockets.selection],
        ['Routes', Object.keys(plan.sockets.routes).join(', ')],
      ])}</dl>`
    : ''
  const body = [
    `<main><h1>${inertHtml(plan.name)}</h1>`,
    plan.description === '' ? '' : `<p>${inertHtml(plan.description)}</p>`,
    `<p><a href="${jsonPath}">OpenAPI 3.1</a></p>`,
    ...plan.routes.map(route => routeHtml(plan, route)),
    sockets,
    '</main>',
  ]
  return documentHtml({ title: `${plan.name}: reference`, style, script: '', body: body.join('\n') })
}

function routeHtml(plan: ApiPlan, route: RoutePlan): string {
  const [method = '', path = ''] = route.key.split(' ')
  const authorizer = plan.authorizers.find(({ name }) => name === route.authorizer)
  const throttle = route.throttle ?? plan.throttle
  const facts: [string, string][] = [
    ['Function', route.function],
    [
      'Who',
      [authorizer ? `${authorizer.name} (${authorizer.kind})` : 'anybody', route.needsApiKey ? 'with an API key' : '']
        .filter(Boolean)
        .join(', '),
    ],
  ]
  if (route.scopes.length > 0) facts.push(['One scope of', route.scopes.join(', ')])
  if (throttle) facts.push(['Throttle', `${throttle.ratePerSecond} a second, ${throttle.burst} at once`])
  facts.push(['Time limit', `${route.timeoutMs / 1000} s`])
  const schemas = [
    ['Path', route.parameters.path],
    ['Query', route.parameters.query],
    ['Body', route.body],
  ] as const
  const shown = schemas.flatMap(([name, schema]) =>
    schema ? [`<p>${name}</p><pre tabindex="0">${inertLines(JSON.stringify(schema, null, 2))}</pre>`] : [],
  )
  const summary = route.summary === '' ? '' : `<p>${inertHtml(route.summary)}</p>`
  return `<section><h2><b>${inertHtml(method)}</b> ${inertHtml(path)}</h2>${summary}<dl>${rows(facts)}</dl>${shown.join('')}</section>`
}

function rows(facts: readonly (readonly [string, string])[]): string {
  return facts.map(([name, value]) => `<dt>${inertHtml(name)}</dt><dd>${inertHtml(value)}</dd>`).join('')
}

function inertLines(text: string): string {
  return text.split('\n').map(inertHtml).join('\n')
}

import type { ServerResponse } from 'node:http'
import type { Ms } from '../lib/clock.ts'
import { mapFrameOf } from '../report/html/map.ts'
import type { Frame } from '../report/html/map-frame.ts'
import { reportHtml } from '../report/html/page.ts'
import { dashboardHtml } from './dashboard-page.ts'
import { dashboardMap, dashboardParts } from './dashboard-parts.ts'
import { readLand } from './land.ts'
import type { Span } from './measured-spans.ts'
import type { Observer } from './observer.ts'
import type { OriginState } from './origin-server.ts'
import { refuse } from './refuse.ts'
import { createWatchers } from './watchers.ts'

export interface DashboardOptions {
  observer: Observer
  alive: Uint8Array
  origin: OriginState | undefined
  /** The scenario as it was written, for the report. */
  scenario: string
  /** Real ms since the network was started. */
  now(): Ms
}

/** The page that shows a running network, and the stream of events that feeds it. */
export interface Dashboard {
  /** Answers when the path is one of its own; else false. Everything but the page's frame is for those who may look. */
  answer(target: string, response: ServerResponse, mayLook: boolean): boolean
  /** Something was changed: it is marked on the timeline, and those who watch are told at once. */
  note(text: string): void
  close(): Promise<void>
}

const everyMs = 1000
/** What only a header can say; the page's own policy stands in its head. */
const pageFields = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const

export function createDashboard(options: DashboardOptions): Dashboard {
  const { observer, alive, origin, now } = options
  const page = dashboardHtml()
  let frame: Frame | undefined
  let map = ''

  function partsOf(span: Span): Record<string, string> {
    const result = observer.result(span)
    frame ??= mapFrameOf(result)
    const isAlive = (pop: number): boolean => alive[pop] === 1
    return dashboardParts({ result, origin, frame, isAlive, nowMs: now(), fromMs: observer.fromMs })
  }

  /** The map is drawn once: PoPs do not move. */
  function mapFor(span: Span): string {
    frame ??= mapFrameOf(observer.result(span))
    map ||= dashboardMap(frame, readLand())
    return map
  }

  const watchers = createWatchers(partsOf)
  // Also without watchers: the timeline must know when the origin was asked.
  const timer = setInterval(() => {
    if (watchers.size() > 0) watchers.tell()
    else observer.turn()
  }, everyMs)
  timer.unref()

  return {
    answer(target, response, mayLook) {
      const [path, query = ''] = target.split('?', 2) as [string, string?]
      if (path === '/') {
        response.writeHead(200, { ...pageFields, 'Content-Length': Buffer.byteLength(page) })
        response.end(page)
        return true
      }
      if (!mayLook || (path !== '/events' && path !== '/report.html')) return false
      const span = new URLSearchParams(query).get('span') === 'minute' ? 'minute' : 'start'
      if (path === '/events') {
        if (!watchers.hasRoom()) refuse(response, 503, 'too many are watching')
        else {
          response.writeHead(200, { ...pageFields, 'Content-Type': 'text/event-stream; charset=utf-8' })
          watchers.add(response, span, { map: mapFor(span) })
        }
      } else {
        const html = reportHtml(observer.result(span), { scenario: options.scenario, land: readLand() })
        response.writeHead(200, { ...pageFields, 'Content-Length': Buffer.byteLength(html) })
        response.end(html)
      }
      return true
    },
    note(text) {
      observer.note(text)
      watchers.tell()
    },
    async close() {
      clearInterval(timer)
      watchers.close()
    },
  }
}

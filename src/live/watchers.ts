import type { ServerResponse } from 'node:http'
import type { Span } from './measured-spans.ts'

/** Pieces of a page by the id of the element that they are the inside of. */
export type Parts = Record<string, string>

/** Those who watch the dashboard. */
export interface Watchers {
  size(): number
  /** False when there are so many that one more is too many. */
  hasRoom(): boolean
  /** Takes one whose answer has its head, and sends what is given, then what there is to see. */
  add(response: ServerResponse, span: Span, first: Parts): void
  /** Sends everybody what has changed for him. */
  tell(): void
  close(): void
}

/** One who watches: what each part was when it was sent last. */
interface Watcher {
  response: ServerResponse
  span: Span
  sent: Map<string, string>
}

const mostWatchers = 32

/** `partsOf` draws the parts of a span; it is asked once a span, however many watch. */
export function createWatchers(partsOf: (span: Span) => Parts): Watchers {
  const watchers = new Set<Watcher>()

  function tell(): void {
    const drawn = new Map<Span, Parts>()
    for (const { response, span, sent } of watchers) {
      // Who reads slowly misses pictures, not memory of ours.
      if (response.writableNeedDrain) continue
      const all = drawn.get(span) ?? partsOf(span)
      drawn.set(span, all)
      const news = Object.entries(all).filter(([id, html]) => sent.get(id) !== html)
      for (const [id, html] of news) sent.set(id, html)
      if (news.length > 0) response.write(eventOf(Object.fromEntries(news)))
    }
  }

  return {
    size: () => watchers.size,
    hasRoom: () => watchers.size < mostWatchers,
    add(response, span, first) {
      const watcher: Watcher = { response, span, sent: new Map() }
      watchers.add(watcher)
      response.on('close', () => watchers.delete(watcher))
      response.write(eventOf(first))
      tell()
    },
    tell,
    close() {
      for (const { response } of watchers) response.end()
    },
  }
}

/** A server-sent event. Source: HTML Living Standard, 9.2.6. */
function eventOf(parts: Parts): string {
  return `data: ${JSON.stringify(parts)}\n\n`
}

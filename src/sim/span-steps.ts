import type { HopKind } from '../backend/account.ts'
import type { Ms } from '../lib/clock.ts'

/** A part of the time of an ask behind or at the edge. Parts may lie within each other. */
export interface Span {
  kind: HopKind
  name: string
  fromMs: Ms
  untilMs: Ms
}

/**
 * Spans as steps one after the other that fill a stretch of time: of spans that lie within each other the inner one counts, and what
 * none covers is called `otherwise`.
 */
export function stepsOfSpans(
  spans: readonly Span[],
  fromMs: Ms,
  untilMs: Ms,
  otherwise: string,
): { what: string; ms: Ms }[] {
  const borders = [fromMs, untilMs, ...spans.flatMap(span => [span.fromMs, span.untilMs])]
    .filter(at => at >= fromMs && at <= untilMs)
    .sort((a, b) => a - b)
  const steps: { what: string; ms: Ms }[] = []
  for (let border = 1; border < borders.length; border++) {
    const [from, until] = [borders[border - 1]!, borders[border]!]
    if (until === from) continue
    const inner = innermost(spans, from, until)
    const what = inner === undefined ? otherwise : `${inner.kind} ${inner.name}`
    const last = steps.at(-1)
    if (last?.what === what) last.ms += until - from
    else steps.push({ what, ms: until - from })
  }
  return steps
}

function innermost(spans: readonly Span[], from: Ms, until: Ms): Span | undefined {
  let inner: Span | undefined
  for (const span of spans) {
    if (span.fromMs > from || span.untilMs < until) continue
    if (inner === undefined || span.untilMs - span.fromMs <= inner.untilMs - inner.fromMs) inner = span
  }
  return inner
}

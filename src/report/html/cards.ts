import type { RunResult } from '../../stats/result.ts'
import { docOf, formatCount, formatEstimate, titleOf } from '../figures.ts'
import { inertHtml } from '../inert.ts'
import { shareBar } from './markup.ts'

/** Figures that are shown large, with what is said below each, in the order of the page. A name in it stands for its value. */
const all: readonly { id: string; under: string; hasBar?: boolean }[] = [
  { id: 'hit_ratio', under: 'of {requests} requests', hasBar: true },
  { id: 'byte_hit_ratio', under: 'of {egress_bytes} sent', hasBar: true },
  { id: 'origin_offload', under: '{origin_requests} requests reach the origin', hasBar: true },
  { id: 'byte_offload', under: 'the origin sends {origin_bytes}', hasBar: true },
  { id: 'p50_ms', under: '{direct_p50_ms} without the CDN' },
  { id: 'p95_ms', under: '{direct_p95_ms} without the CDN' },
  { id: 'p99_ms', under: '{direct_p99_ms} without the CDN' },
  { id: 'saved_mean_ms', under: 'p50 {saved_p50_ms}, p95 {saved_p95_ms}' },
  { id: 'saved_total_h', under: 'of waiting, all visitors together' },
  { id: 'requests', under: '{join_ratio} joined a fetch of another' },
  { id: 'errors', under: 'availability {availability}' },
  { id: 'stale_ratio', under: 'old copies, while a new one was fetched or none could be' },
]

/** The headline: each figure unfolds its formula. */
export function cards({ headline, warmup }: Pick<RunResult, 'headline' | 'warmup'>): string {
  const text = (id: string): string => formatEstimate(id, headline[id]!)
  const plain = (id: string): string => text(id).split(' ± ')[0]!
  return all
    .map(({ id, under, hasBar = false }) => {
      const [value, half] = text(id).split(' ± ')
      const interval = half === undefined ? '' : ` <small>± ${inertHtml(half)}</small>`
      const bar = hasBar ? shareBar(headline[id]!.value, 'with') : ''
      const later =
        id === 'requests' && warmup.requests > 0 ? `, after a warm-up of ${formatCount(warmup.requests)}` : ''
      const below = (under + later).replace(/\{(\w+)\}/g, (_, name: string) => plain(name))
      return `<details class="card" id="card-${id}"><summary><span class="label">${inertHtml(titleOf(id))}</span><b>${inertHtml(value!)}${interval}</b>${bar}<span class="under">${inertHtml(below)}</span></summary><p>${inertHtml(docOf(id))}</p></details>`
    })
    .join('')
}

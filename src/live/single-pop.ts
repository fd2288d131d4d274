import type { Mode } from '../cache/http/freshness.ts'
import type { Spec } from '../lib/registry.ts'
import type { Answered } from './exchange.ts'
import { LivePop } from './pop.ts'
import { defaultPopOptions, type LivePopOptions } from './pop-options.ts'
import { type LiveServer, listen, type ServerLimits, type Speech } from './pop-server.ts'
import { createUpstream, defaultUpstreamOptions, type Upstream, type UpstreamOptions } from './upstream.ts'

/** What can be said of a PoP when it is started; the rest has defaults. */
export interface PopSettings {
  origin: URL
  host?: string
  port?: number
  mode?: Mode
  capacityBytes?: number
  policy?: Spec
  admission?: Spec
  pop?: Partial<LivePopOptions>
  upstream?: Partial<UpstreamOptions>
  limits?: Partial<ServerLimits>
  speech?: Speech
  onAnswered?: (answered: Answered) => void
}

export interface RunningPop {
  pop: LivePop
  live: LiveServer
  upstream: Upstream
  close(isHard?: boolean): Promise<void>
}

const defaultCapacityBytes = 256 * 1024 * 1024

/** Starts a PoP before an origin and listens. Throws UserError for a port in use or an unknown policy. */
export async function startPop(settings: PopSettings): Promise<RunningPop> {
  const { origin, host = '127.0.0.1', port = 0, mode = 'conformant' } = settings
  const capacityBytes = settings.capacityBytes ?? defaultCapacityBytes
  const upstream = createUpstream({ ...defaultUpstreamOptions, origin, ...settings.upstream })
  const pop = new LivePop(
    {
      ...defaultPopOptions(capacityBytes),
      name: `cdnlab-${port}`,
      mode,
      policy: settings.policy ?? 'lru',
      admission: settings.admission ?? 'always',
      host: undefined,
      fallbackHost: origin.host,
      ...settings.pop,
    },
    upstream,
  )
  pop.listen(settings.onAnswered)
  const live = await listen((request, response) => pop.handle(request, response), {
    host,
    port,
    ...(settings.speech ? { speech: settings.speech } : {}),
    ...(settings.limits ? { limits: settings.limits } : {}),
    onSlowClient: () => pop.counters.slowClients++,
    onBadRequest: () => pop.countBadRequest(),
  })
  return {
    pop,
    live,
    upstream,
    async close(isHard = false) {
      if (isHard) await upstream.close()
      await live.close(isHard)
      if (!isHard) await upstream.close()
    },
  }
}

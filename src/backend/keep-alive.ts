import type { Ms } from '../lib/clock.ts'
import type { Definition } from '../lib/registry.ts'

/**
 * How long an environment waits for the next event once it has nothing to do: it is unloaded at once and loaded again `preWarmMs`
 * later (0: it stays), and then kept for `keepAliveMs`.
 */
export interface Windows {
  preWarmMs: Ms
  keepAliveMs: Ms
}

/** Decides the windows of one function. It is told how long each pause between two events was, whether it ended warm or cold. */
export interface KeepAlive {
  paused(ms: Ms): void
  windows(): Windows
}

export interface KeepAliveDefinition<Params = unknown> extends Definition<Params> {
  create(params: Params): KeepAlive
}

/** Declares a keep-alive policy: one file, one call, and one line in `keep-alive/index.ts`. */
export function defineKeepAlive<Params>(definition: KeepAliveDefinition<Params>): KeepAliveDefinition<Params> {
  return definition
}

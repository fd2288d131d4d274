import { type EdgeLimits, edgeLimits, type HookEvent, type HookOutcome } from '../../backend/edge-hooks.ts'
import type { Ms } from '../../lib/clock.ts'
import type { Script } from './sandbox.ts'
import { createScriptThread, type ScriptThread } from './script-thread.ts'

export interface WatchedEngineOptions {
  limits?: EdgeLimits
  /** So long one event may take by the wall. */
  patienceMs?: Ms
}

/** Runs edge scripts beside whoever asks, each in a thread of its own. */
export interface WatchedEngine {
  run(name: string, event: HookEvent, now: Ms): Promise<HookOutcome>
  close(): Promise<void>
}

/** Far beyond what the steps allow on a slow machine. */
const usualPatienceMs = 1000

/**
 * The engine for edge scripts of a server. The limits of `createEdgeEngine` count what the script itself does, and the engine looks
 * up only between such steps: a single call of a built-in, such as the search for one long text in another, may take minutes.
 * So each script has a thread, which is ended and replaced when an event takes too long; nobody else waits for it. Throws UserError
 * for scripts with mistakes.
 */
export async function createWatchedEngine(
  scripts: readonly Script[],
  { limits = edgeLimits, patienceMs = usualPatienceMs }: WatchedEngineOptions = {},
): Promise<WatchedEngine> {
  const threads = new Map<string, ScriptThread>()
  const close = async (): Promise<void> => {
    await Promise.all([...threads.values()].map(thread => thread.close()))
  }
  try {
    for (const script of scripts) threads.set(script.name, createScriptThread(script, limits, patienceMs))
    await Promise.all([...threads.values()].map(({ ready }) => ready))
  } catch (error) {
    await close()
    throw error
  }
  return { run: (name, event, now) => threads.get(name)!.run({ event, now }), close }
}

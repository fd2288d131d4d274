import type { QuickJSContext, QuickJSHandle, QuickJSWASMModule } from 'quickjs-emscripten'
import type { EdgeLimits, HookEvent, HookOutcome } from '../../backend/edge-hooks.ts'
import { judgeReturn } from '../../backend/edge-judge.ts'
import { assert } from '../../lib/assert.ts'
import type { Ms } from '../../lib/clock.ts'
import { hashText } from '../../lib/random.ts'
import { UserError } from '../../lib/user-error.ts'
import { sandboxText } from './sandbox-text.ts'

export interface Script {
  name: string
  file: string
  code: string
}

export interface Sandbox {
  run(event: HookEvent, now: Ms): HookOutcome
  dispose(): void
}

/** The engine looks up from its work after so many calls and turns of loops. */
const stepsPerLook = 10_000
const stackBytes = 128 * 1024

/**
 * One script in an engine of its own. Its limits count work, not time, so that every machine draws the same line. How far the
 * engine's own count is at the beginning depends on earlier runs; therefore a run that comes near a limit is judged again in a new
 * engine, and only that verdict counts. Throws UserError for code that is too long, has mistakes, or has no handler.
 */
export function createSandbox(
  quickjs: QuickJSWASMModule,
  script: Script,
  limits: EdgeLimits,
  write: (line: string) => void,
): Sandbox {
  const bytes = new TextEncoder().encode(script.code).length
  if (bytes > limits.codeBytes)
    throw new UserError({
      message: `${script.name}: ${bytes} bytes of edge code; ${limits.codeBytes} are allowed`,
      at: { file: script.file },
    })
  const looks = Math.max(1, Math.round(limits.steps / stepsPerLook))
  let room = openRoom(quickjs, script, limits, looks, write)
  const renew = (): void => {
    room.close()
    room = openRoom(quickjs, script, limits, looks, write)
  }
  return {
    run(event, now) {
      const text = JSON.stringify(event)
      const seed = hashText(0, event.context.requestId)
      let end = room.run(text, now, seed)
      if (!room.isFresh() && (end.kind === 'limit' || room.looked() >= looks - 1)) {
        renew()
        end = room.run(text, now, seed)
      }
      // What a broken limit left behind is not for the next event.
      if (end.kind === 'limit') renew()
      if (end.kind !== 'returned') return { kind: 'failed', status: 503, message: end.message }
      return judgeReturn(event, end.value)
    },
    dispose: () => room.close(),
  }
}

type RunEnd = { kind: 'returned'; value: unknown } | { kind: 'threw' | 'limit'; message: string }

interface Room {
  /** Whether its last run was its first. */
  isFresh(): boolean
  /** How often the engine looked up during the last run. */
  looked(): number
  run(text: string, now: Ms, seed: number): RunEnd
  close(): void
}

function openRoom(
  quickjs: QuickJSWASMModule,
  script: Script,
  limits: EdgeLimits,
  looks: number,
  write: (line: string) => void,
): Room {
  const runtime = quickjs.newRuntime()
  runtime.setMemoryLimit(limits.memoryBytes)
  runtime.setMaxStackSize(stackBytes)
  // Making the room is our own work, and has no limit.
  let looked = Number.NEGATIVE_INFINITY
  runtime.setInterruptHandler(() => ++looked >= looks)
  const context = runtime.newContext()
  // Everything that is held lives as long as the room, and goes with it.
  const held: { dispose(): void }[] = []
  const hold = <T extends { dispose(): void }>(thing: T): T => {
    held.push(thing)
    return thing
  }
  const close = (): void => {
    for (const thing of held.reverse()) thing.dispose()
    context.dispose()
    runtime.dispose()
  }
  try {
    const make = hold(evaluated(context, script, `(function () { 'use strict'; ${script.code}\n; return handler })`))
    const harness = hold(furnished(context, make, write))
    looked = 0
    probe(context, script, make)
    // Turns until the engine looks up: its count begins at zero.
    looked = looks - 1
    context.evalCode('for (;;) {}').error?.dispose()
    let runs = 0
    const run = hold(context.getProp(harness, 'run'))
    const settled = hold(context.getProp(harness, 'settled'))
    return {
      close,
      isFresh: () => runs === 1,
      looked: () => looked,
      run(text, now, seed) {
        looked = 0
        runs++
        const given = [context.newString(text), context.newNumber(now), context.newNumber(seed)]
        try {
          const first = ended(context, context.callFunction(run, harness, ...given))
          if (first.kind !== 'returned' || first.value !== undefined) return first
          const jobs = runtime.executePendingJobs()
          if (jobs.error) return failure(context, jobs.error)
          const second = ended(context, context.callFunction(settled, harness))
          if (second.kind !== 'returned' || second.value !== undefined) return second
          return { kind: 'threw', message: 'the promise of the function never settles' }
        } finally {
          for (const handle of given) handle.dispose()
        }
      },
    }
  } catch (error) {
    close()
    throw error
  }
}

/** The harness around a script: everything global is as it will stay. */
function furnished(context: QuickJSContext, make: QuickJSHandle, write: (line: string) => void): QuickJSHandle {
  const writer = context.newFunction('write', line => {
    write(context.getString(line))
  })
  const harness = evaluated(context, { name: 'sandbox', file: 'sandbox', code: '' }, sandboxText)
  const result = context.callFunction(harness, context.undefined, make, writer)
  writer.dispose()
  harness.dispose()
  assert(!result.error, 'the sandbox furnishes itself')
  return result.value
}

/** Evaluates a script once before its first event: its mistakes are the person's. */
function probe(context: QuickJSContext, script: Script, make: QuickJSHandle): void {
  const result = context.callFunction(make, context.undefined)
  if (result.error) throw mistake(script, taken(context, result.error))
  const type = context.typeof(result.value)
  result.value.dispose()
  if (type !== 'function')
    throw new UserError({ message: `${script.name}: "handler" is no function`, at: { file: script.file } })
}

/** What was thrown, as plain data; the handle is given back. */
function taken(context: QuickJSContext, error: QuickJSHandle): unknown {
  const thrown: unknown = context.dump(error)
  error.dispose()
  return thrown
}

function evaluated(context: QuickJSContext, script: Script, text: string): QuickJSHandle {
  const result = context.evalCode(text, script.file)
  if (!result.error) return result.value
  throw mistake(script, taken(context, result.error))
}

function mistake(script: Script, thrown: unknown): UserError {
  const { message, stack = '' } = (thrown ?? {}) as { message?: string; stack?: string }
  const [, line] = /:(\d+):\d+\)?\s*$/m.exec(stack) ?? []
  const isMissing = message === "'handler' is not defined" || message === 'handler is not defined'
  const sentence = isMissing ? 'there is no function named "handler"' : (message ?? `throws ${String(thrown)}`)
  const hasModules = /^\s*(?:import|export)\b/m.test(script.code)
  return new UserError({
    message: `${script.name}: ${sentence}`,
    at: { file: script.file, ...(line && !isMissing ? { line: Number(line) } : {}) },
    ...(hasModules ? { hint: 'edge code is one script: it has neither import nor export' } : {}),
  })
}

function ended(context: QuickJSContext, result: ReturnType<QuickJSContext['callFunction']>): RunEnd {
  if (result.error) return failure(context, result.error)
  const isText = context.typeof(result.value) === 'string'
  const text = isText ? context.getString(result.value) : undefined
  result.value.dispose()
  return { kind: 'returned', value: text === undefined ? undefined : JSON.parse(text) }
}

function failure(context: QuickJSContext, error: QuickJSHandle): RunEnd {
  const thrown = taken(context, error)
  const { name, message } = (thrown ?? {}) as { name?: string; message?: string }
  const sentence =
    message === undefined ? `threw ${JSON.stringify(thrown) ?? 'undefined'}` : `${name ?? 'Error'}: ${message}`
  if (name !== 'InternalError') return { kind: 'threw', message: sentence }
  if (message === 'interrupted') return { kind: 'limit', message: 'the function took too many steps' }
  return { kind: 'limit', message: message === 'out of memory' ? 'the function used too much memory' : sentence }
}

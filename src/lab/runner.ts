import { UserError } from '../lib/user-error.ts'
import type { Plan } from '../scenario/plan.ts'
import type { Lane } from './engine-client.ts'
import type { Store } from './store.ts'

/** So long nothing may change before the exact run begins. */
const idleMs = 350

/** Keeps the run up to date with the text: a quick look after each change, the exact run when nothing changes any more. */
export function createRunner(store: Store, quick: Lane, exact: Lane): void {
  let change = 0
  let timer = 0

  async function begin(): Promise<void> {
    const mine = ++change
    clearTimeout(timer)
    exact.stop()
    const { plan, mistakes } = store.get()
    if (mistakes.length > 0) return store.show({ isRunning: false })
    store.show({ isRunning: true })
    try {
      const { gift, ms } = await quick.ask({ kind: 'run', plan, quick: true })
      if (mine !== change) return
      store.show({ run: gift, runMs: ms, isRunning: gift.sampled !== '' })
      if (gift.sampled !== '') timer = window.setTimeout(() => void finish(plan, mine), idleMs)
    } catch (error) {
      fail(error, mine)
    }
  }

  async function finish(plan: Plan, mine: number): Promise<void> {
    try {
      const { gift, ms } = await exact.ask({ kind: 'run', plan, quick: false })
      if (mine === change) store.show({ run: gift, runMs: ms, isRunning: false })
    } catch (error) {
      fail(error, mine)
    }
  }

  function fail(error: unknown, mine: number): void {
    if (mine !== change) return
    const says = error instanceof UserError ? error.mistakes : [{ message: String(error) }]
    store.fault(says)
  }

  store.watch((_state, isNewText) => {
    if (isNewText) void begin()
  })
  void begin()
}

import { readConfigFile } from '../files/atlas.ts'
import { formatValue } from '../report/figures.ts'
import { watchFrame } from '../report/watch.ts'
import type { Plan } from '../scenario/plan.ts'
import type { SoFar } from '../sim/run-once.ts'
import { resultSoFar } from '../sim/so-far.ts'
import type { Manifest } from '../stats/result.ts'
import { colorLevel } from './terminal.ts'

/** Where a run is followed: standard error, or what stands for it in a test. */
export interface Screen {
  isTTY?: boolean
  columns?: number
  rows?: number
  write(text: string): unknown
}

/** Follows a run. */
export interface RunWatch {
  /** `share` of the run's time is over. */
  look(share: number, soFar: SoFar): void
  /** Takes the picture away: the report comes in its place. */
  stop(): void
}

const everyMs = 150
/** Off a terminal a line is written for each of so many parts of the run. */
const plainLines = 10

/**
 * Redraws a picture of the run in its place on a terminal; off one, writes a line for each tenth of the run. It only looks: the
 * result is the same with it and without. `now` is a clock in ms.
 */
export function createRunWatch(
  plan: Plan,
  manifest: Manifest,
  {
    color = true,
    screen = process.stderr,
    now = () => performance.now(),
  }: { color?: boolean; screen?: Screen; now?(): number },
): RunWatch {
  if (!screen.isTTY) return createPlainWatch(plan, screen)
  const land = readConfigFile('world-braille-100x21.txt')
  const colors = colorLevel({ color, isTerminal: true })
  let nextAt = 0
  let drawn = 0
  const clear = (): string => (drawn === 0 ? '' : `\u001b[${drawn}A\r\u001b[J`)
  return {
    look(share, soFar) {
      if (now() < nextAt) return
      const { columns: width = 100, rows = 24 } = screen
      const watched = { ...resultSoFar(plan, soFar), title: plan.title, events: [], manifest, share }
      const lines = watchFrame(watched, { width, height: rows - 1, colors, land })
      screen.write(`${clear()}${lines.join('\n')}\n`)
      drawn = lines.length
      nextAt = now() + everyMs
    },
    stop() {
      screen.write(clear())
      drawn = 0
    },
  }
}

function createPlainWatch(plan: Plan, screen: Screen): RunWatch {
  let told = 0
  return {
    look(share, soFar) {
      const part = Math.floor(plainLines * share + 1e-9)
      if (part <= told) return
      told = part
      const { headline } = resultSoFar(plan, soFar)
      const { requests, hit_ratio: hitRatio, p95_ms: p95Ms } = headline
      screen.write(
        `${10 * part} %: ${formatValue(requests!.value, 'count')} requests, hit ratio ${formatValue(hitRatio!.value, '%')}, p95 ${formatValue(p95Ms!.value, 'ms')}\n`,
      )
    },
    stop: () => undefined,
  }
}

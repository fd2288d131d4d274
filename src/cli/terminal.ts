/** What decides about colours: the stream, the option, the environment. */
export interface ColorChoice {
  /** False for `--no-color`. */
  color?: boolean
  isTerminal?: boolean
  env?: Record<string, string | undefined>
}

/**
 * How many colours to write: 0 none, 1 sixteen, 2 256, 3 all. `--no-color` and NO_COLOR switch them off everywhere, FORCE_COLOR
 * on in pipes too. Source: no-color.org, force-color.org.
 */
export function colorLevel({ color = true, isTerminal, env = process.env }: ColorChoice = {}): 0 | 1 | 2 | 3 {
  const { NO_COLOR, FORCE_COLOR, TERM, COLORTERM } = env
  if (!color || (NO_COLOR !== undefined && NO_COLOR !== '')) return 0
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') {
    if (FORCE_COLOR === '0' || FORCE_COLOR === 'false') return 0
    return FORCE_COLOR === '2' ? 2 : FORCE_COLOR === '3' ? 3 : 1
  }
  if (!(isTerminal ?? process.stdout.isTTY) || TERM === 'dumb') return 0
  if (COLORTERM === 'truecolor' || COLORTERM === '24bit') return 3
  return TERM?.includes('256') ? 2 : 1
}

/** Columns of the terminal; of a pipe, a common width. */
export function terminalWidth(): number {
  return process.stdout.columns ?? 100
}

/** A bar on standard error that says how far a run is. */
export interface Progress {
  update(done: number): void
  stop(): void
}

const silent: Progress = { update: () => undefined, stop: () => undefined }

/** A progress bar; silent off a terminal, and where it is not wanted. */
export async function createProgress(
  label: string,
  total: number,
  { progress = true }: { progress?: boolean } = {},
): Promise<Progress> {
  if (!progress || !process.stderr.isTTY || !Number.isFinite(total)) return silent
  const { default: cliProgress } = await import('cli-progress')
  const format = `${label} {bar} {percentage} %  {eta_formatted} left`
  const bar = new cliProgress.SingleBar(
    { format, stream: process.stderr, clearOnComplete: true, hideCursor: false, fps: 8 },
    cliProgress.Presets.shades_classic,
  )
  bar.start(total, 0)
  return {
    update: done => bar.update(Math.min(done, total)),
    stop: () => bar.stop(),
  }
}

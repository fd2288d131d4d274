import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../lib/user-error.ts'

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

/** Writes to standard output and waits until it is taken. */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, error => (error ? reject(error) : resolve()))
  })
}

/** Says before the work begins that a result could not be written. Throws UserError. */
export function checkOutputFile(path: string): void {
  const folder = dirname(path)
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError({ message: `${path}: there is no folder ${folder}` })
  const found = statSync(path, { throwIfNoEntry: false })
  if (found && !found.isFile()) throw new UserError({ message: `${path} is no regular file` })
}

/** Writes a file whole or not at all: beside its place, then renamed. `-` is standard output. Throws UserError. */
export async function writeOutput(path: string, text: string): Promise<void> {
  if (path === '-') await writeOut(text)
  else writeBytes(path, Buffer.from(text))
}

/** The same for bytes. */
export function writeBytes(path: string, bytes: Uint8Array): void {
  checkOutputFile(path)
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  try {
    const file = openSync(beside, 'w')
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw new UserError({ message: `cannot write ${path}: ${(error as Error).message}` }, 1)
  }
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

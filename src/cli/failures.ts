import { AssertionFailure } from '../lib/assert.ts'
import { describeMistake, UserError } from '../lib/user-error.ts'
import { inertLines } from '../report/inert.ts'

const bugExit = 70
const failedExit = 1
/** A broken file can have thousands of mistakes; nobody reads more than these. */
const mostShown = 50
const longestLine = 1000

/** What a person sees of an error, and the exit code that goes with it. */
export function describeFailure(error: unknown): { text: string; exitCode: number } {
  if (error instanceof UserError) {
    const shown = error.mistakes.slice(0, mostShown)
    const lines = shown.map(mistake => `error: ${shorten(inertLines(describeMistake(mistake)))}\n`)
    const left = error.mistakes.length - shown.length
    return { text: `${lines.join('')}${left > 0 ? `and ${left} more\n` : ''}`, exitCode: error.exitCode }
  }
  if (isSystemError(error)) return { text: `error: ${inertLines(error.message)}\n`, exitCode: failedExit }
  const story = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const lead = error instanceof AssertionFailure ? '' : 'unexpected error: '
  return { text: `cdnlab has a bug, please report it. ${lead}${story}\n`, exitCode: bugExit }
}

/** Failures of the machine: no room on the disk, no permission, a port in use. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error
}

/**
 * Ends the program where its output cannot be written: without a word when whoever read it has gone (`cdnlab list pops | head`), with one
 * sentence when the disk is full.
 */
export function endWithoutOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(Number(process.exitCode ?? 0))
      if (stream === process.stdout) process.stderr.write(`error: standard output: ${inertLines(error.message)}\n`)
      process.exit(failedExit)
    })
}

function shorten(line: string): string {
  return line.length > longestLine ? `${line.slice(0, longestLine)}...` : line
}

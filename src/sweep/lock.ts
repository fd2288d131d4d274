import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { UserError } from '../lib/user-error.ts'

/** A folder that only this process writes into, until `release`. */
export interface Lock {
  release(): void
}

/**
 * Takes the lock of a folder: a file that names its owner. The lock of a process of this machine that is no longer alive is
 * taken over; another's is refused with a UserError that names it, and with what the person can do `otherwise`.
 */
export function takeLock(path: string, otherwise = 'choose another --out'): Lock {
  const mine = `${process.pid}@${hostname()}`
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = openSync(path, 'wx')
      writeSync(file, mine)
      closeSync(file)
      return { release: () => rmSync(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const owner = readOwner(path)
    if (owner !== undefined && !isGone(owner))
      throw new UserError({
        message: `another process (${owner}) is working in this folder`,
        at: { file: path },
        hint: `wait for it, ${otherwise}, or delete the lock file when that process is gone`,
      })
    rmSync(path, { force: true })
  }
  throw new UserError({ message: 'the lock of this folder is taken again and again', at: { file: path } })
}

function readOwner(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}

/** True only when we can know it: an owner on this machine whose process is not there. */
function isGone(owner: string): boolean {
  const [pid, host] = owner.split('@')
  if (host !== hostname()) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

import { type ChildProcess, fork } from 'node:child_process'
import type { EnvironmentData, HostOrder, HostTold, InvokeMessage } from './messages.ts'

/** Starts threads for one function, in a process of their own. */
export interface ThreadHost {
  /** `hear` is told of the thread until its end, which is told once. */
  start(data: EnvironmentData, variables: Record<string, string>, hear: (told: HostTold) => void): Thread
  /** Ends the process, and with it all threads. */
  close(): Promise<void>
}

export interface Thread {
  post(message: InvokeMessage): void
  stop(): void
}

const hostFile = new URL('./thread-host-process.js', import.meta.url)
/** The process goes when there has been no thread in it for so long. */
const lingerMs = 500

/**
 * A process for the threads of one function: it starts with the first of them and ends after the last. When it ends by itself, since
 * a thread took more than an engine survives, all its threads are told to be killed, and the next one starts it anew.
 */
export function createThreadHost(): ThreadHost {
  const hearers = new Map<number, (told: HostTold) => void>()
  let child: ChildProcess | undefined
  let linger: NodeJS.Timeout | undefined
  let threads = 0

  const open = (): ChildProcess => {
    const started = fork(hostFile, [], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    })
    const gone = (): void => {
      if (child !== started) return
      child = undefined
      for (const [id, hear] of [...hearers]) {
        hearers.delete(id)
        hear({ id, kind: 'killed' })
        hear({ id, kind: 'exit', code: 1 })
      }
    }
    started.on('message', (told: HostTold) => {
      hearers.get(told.id)?.(told)
      if (told.kind === 'exit') forget(told.id)
    })
    started.on('error', gone)
    started.on('exit', gone)
    return started
  }
  const forget = (id: number): void => {
    hearers.delete(id)
    if (hearers.size > 0) return
    clearTimeout(linger)
    linger = setTimeout(() => void close(), lingerMs).unref()
  }
  const order = (given: HostOrder): void => {
    // A process that has just ended takes no orders; that it has is told by its end.
    if (child?.connected) child.send(given, () => undefined)
  }
  const close = async (): Promise<void> => {
    const closing = child
    child = undefined
    if (!closing || closing.exitCode !== null || closing.signalCode !== null) return
    await new Promise<void>(resolve => {
      closing.once('exit', () => resolve())
      closing.kill('SIGKILL')
    })
  }
  return {
    start(data, variables, hear) {
      clearTimeout(linger)
      const id = threads++
      child ??= open()
      hearers.set(id, hear)
      try {
        order({ id, kind: 'start', data, variables })
      } catch (error) {
        // What cannot be sent is told like a thread that could not start, after whoever starts it knows it.
        const { name, message } = error as Error
        queueMicrotask(() => {
          hear({ id, kind: 'error', name, message, stack: '', isOutOfMemory: false })
          forget(id)
        })
      }
      return {
        post: message => order({ id, kind: 'post', message, memoryMiB: data.memoryMiB }),
        stop: () => order({ id, kind: 'stop' }),
      }
    },
    async close() {
      clearTimeout(linger)
      await close()
    },
  }
}

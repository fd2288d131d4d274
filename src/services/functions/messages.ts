// What a function's environment and its host say to each other: plain data over the port of a worker thread.

/** Given to an environment when it starts. */
export interface EnvironmentData {
  functionName: string
  /** URL of the module. */
  module: string
  exportName: string
  memoryMiB: number
  /** Letters of an answer, and of the lines of one invocation, that are sent; what is beyond is refused or cut. */
  answerLetters: number
  logLetters: number
}

export interface InvokeMessage {
  type: 'invoke'
  invocation: number
  requestId: string
  /** JSON. */
  event: string
  deadlineMs: number
  traceId: string
}

/** An error as Lambda's runtime reports it. */
export interface ErrorReport {
  errorType: string
  errorMessage: string
  trace: string[]
}

export type EnvironmentMessage =
  | { type: 'loaded' }
  | { type: 'not-loaded'; error: ErrorReport }
  /** JSON of the answer. */
  | { type: 'answered'; invocation: number; payload: string }
  /** `isHandled`: the handler gave the error to its callback, and did not throw it. */
  | { type: 'failed'; invocation: number; error: ErrorReport; isHandled: boolean }
  | { type: 'lines'; text: string }
  /** Bytes outside the heap that the environment holds; said now and then while it has time to. */
  | { type: 'memory'; heapBytes: number; outsideBytes: number }

/** What a function's host process is told to do. */
export type HostOrder = { id: number } & (
  | { kind: 'start'; data: EnvironmentData; variables: Record<string, string> }
  | { kind: 'post'; message: InvokeMessage; memoryMiB: number }
  | { kind: 'stop' }
)

/** What it tells of its threads. */
export type HostTold = { id: number } & (
  | { kind: 'message'; message: EnvironmentMessage }
  | { kind: 'error'; name: string; message: string; stack: string; isOutOfMemory: boolean }
  | { kind: 'exit'; code: number }
  /** It used more memory than it has. */
  | { kind: 'killed' }
)

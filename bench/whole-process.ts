import type { Trace } from '#cdnlab/traffic/trace.js'

export async function measureWholeProcesses(
  _program: string,
  _file: string,
  _trace: Trace,
  _rounds: number,
): Promise<void> {}

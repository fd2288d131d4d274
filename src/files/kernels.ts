import { readFileSync } from 'node:fs'

/** The compiled kernels of the contest, or undefined where the build left them out. */
export function loadKernels(
  file = new URL('../kernels/kernels.wasm', import.meta.url),
): WebAssembly.Module | undefined {
  try {
    return new WebAssembly.Module(readFileSync(file))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** A memory larger than this is not used again: making it empty would cost more than it saves. */
const mostReusedBytes = 2 ** 28

/** Memory for runs one after the other: what one has touched the next need not ask the platform for, and nothing waits for the collector. */
export interface KernelMemory {
  /** The memory, empty; whoever had it before must be done. */
  take(): WebAssembly.Memory
}

export function createKernelMemory(): KernelMemory {
  let memory: WebAssembly.Memory | undefined
  return {
    take() {
      if (memory === undefined || memory.buffer.byteLength > mostReusedBytes) memory = newMemory()
      else new Uint8Array(memory.buffer).fill(0)
      return memory
    },
  }
}

/** The exports of a new instance of the compiled module, in memory of its own where none is given. */
export function instantiate(module: WebAssembly.Module, memory?: KernelMemory): WebAssembly.Exports {
  return new WebAssembly.Instance(module, { env: { memory: memory?.take() ?? newMemory() } }).exports
}

function newMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1 })
}

import { createTakeColumn, type TakeColumn } from './columns.ts'
import { instantiate } from './memory.ts'

/** The kernels of a world of edges that share nothing. Columns are given by their addresses; see `assembly/world/` for what each holds. */
export interface WorldKernel {
  column: TakeColumn
  setRules(
    objects: number,
    bytesOf: number,
    sameBytes: number,
    behaviorOf: number,
    behaviors: number,
    ttlMs: number,
    staleMs: number,
    passOf: number,
    changeMs: number,
    phaseOf: number,
  ): void
  setSorting(
    timesMs: number,
    objects: number,
    places: number,
    edgeOf: number,
    edges: number,
    records: number,
    endOf: number,
    placeBits: number,
    objectBits: number,
  ): void
  setTiming(
    places: number,
    profileOf: number,
    accessMs: number,
    jitterMs: number,
    rttMs: number,
    directRttMs: number,
    newBelow: number,
    newTrips: number,
    newDnsMs: number,
    edgeThinkMs: number,
    originThinkMs: number,
    key: number,
  ): void
  setTally(
    requests: number,
    bytes: number,
    reasons: number,
    places: number,
    behaviors: number,
    latency: number,
    direct: number,
    saved: number,
    lost: number,
    sums: number,
  ): void
  setTimeline(
    steps: number,
    stepMs: number,
    requests: number,
    hits: number,
    stale: number,
    originAsks: number,
    latency: number,
  ): void
  /** Makes an edge; returns its address. `direct` is a column with a row for each object, or 0; `seen` has a bit for each. */
  createEdge(
    policy: number,
    most: number,
    capacityBytes: number,
    direct: number,
    seen: number,
    isCollapsing: number,
    oneWayMs: number,
    thinkMs: number,
    bytesPerMs: number,
  ): number
  sortRows(from: number, to: number): void
  serveTurn(edge: number, number: number, first: number, from: number, to: number): void
  heldBytes(edge: number): number
  heldObjects(edge: number): number
  evictions(edge: number): number
  upstreamAsks(edge: number): number
  upstreamBytes(edge: number): number
}

/** The policies that the edges of a kernel know, by the name of their readable twin: their number there. */
const policyNumbers: Readonly<Record<string, number>> = { lru: 0, fifo: 1, clock: 2, sieve: 3 }

/** The number of a policy in the kernel, and where its counters stop; undefined where it has none. */
export function kernelPolicy(name: string, params: unknown): { policy: number; most: number } | undefined {
  if (!Object.hasOwn(policyNumbers, name)) return undefined
  const { bits = 1 } = params as { bits?: number }
  return { policy: policyNumbers[name]!, most: 2 ** bits - 1 }
}

/** Begins a world in an instance of its own of the compiled module. */
export function createWorldKernel(module: WebAssembly.Module): WorldKernel {
  const wasm = instantiate(module) as unknown as WorldKernel & {
    memory: WebAssembly.Memory
    take(bytes: bigint): number
  }
  return { ...wasm, column: createTakeColumn(wasm.memory, wasm.take) }
}

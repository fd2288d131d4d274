/** How a readable policy with its parameters maps to its kernel. */
export interface KernelPlan {
  /** The kernel's name in the module: it exports `openName` and `runName`. */
  kernel: string
  /** What `openName` takes, in order. */
  settings: readonly number[]
  /** True where the requests asked so far are the policy's queue and so must stay in memory. */
  keepsTrace: boolean
}

type Params = Readonly<Record<string, unknown>>

const plain = (kernel: string, keepsTrace = false): KernelPlan => ({ kernel, settings: [], keepsTrace })

const taking = (kernel: string, ...params: unknown[]): KernelPlan => ({
  kernel,
  settings: params.map(Number),
  keepsTrace: false,
})

/** The policies that have a kernel, by the name of their readable twin. Undefined where only some parameters have one. */
const kernels: Readonly<Record<string, (params: Params) => KernelPlan | undefined>> = {
  fifo: () => plain('Fifo'),
  lru: () => plain('Lru', true),
  // A byte holds the counter and whether the object is held at all.
  clock: ({ bits }) =>
    Number(bits) < 8 ? { kernel: 'Clock', settings: [Number(bits)], keepsTrace: false } : undefined,
  sieve: () => plain('Sieve'),
  's3-fifo': ({ small, ghost, threshold, fillMain, libcachesim }) =>
    taking('S3Fifo', small, ghost, threshold, fillMain, libcachesim),
  'two-q': given => taking('TwoQ', given.in, given.out, given.libcachesim),
  // A tag has room for seven lists.
  slru: ({ segments, libcachesim }) => (Number(segments) < 8 ? taking('Slru', segments, libcachesim) : undefined),
  arc: () => plain('Arc'),
  lfu: () => plain('Lfu'),
  gdsf: () => plain('Gdsf'),
}

/** The names of the policies that have a kernel. */
export const kernelNames: readonly string[] = Object.keys(kernels)

/** The kernel of a policy with its checked parameters, or undefined when there is none. */
export function planKernel(policy: string, params: unknown): KernelPlan | undefined {
  return Object.hasOwn(kernels, policy) ? kernels[policy]!(params as Params) : undefined
}

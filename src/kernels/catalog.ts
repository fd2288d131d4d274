/** How a readable policy with its parameters maps to its kernel. */
export interface KernelPlan {
  /** The kernel's name in the module: it exports `openName` and `runName`. */
  kernel: string
  /** What `openName` takes, in order; where the next uses are needed, the number of requests follows. */
  settings: readonly number[]
  /** True where the last requests are the policy's queue, which `closeName` closes up when it is full. */
  keepsTrace: boolean
  /** True where each request must come with the next use of its object. */
  needsNext: boolean
  /** Bytes of columns an object, at most. */
  bytesAnObject: number
}

type Params = Readonly<Record<string, unknown>>

const plan = (kernel: string, bytesAnObject: number, ...params: unknown[]): KernelPlan => ({
  kernel,
  settings: params.map(Number),
  bytesAnObject,
  keepsTrace: false,
  needsNext: false,
})

/** The policies that have a kernel, by the name of their readable twin. Undefined where only some parameters have one. */
const kernels: Readonly<Record<string, (params: Params) => KernelPlan | undefined>> = {
  fifo: () => plan('Fifo', 12),
  lru: () => ({ ...plan('Lru', 8), keepsTrace: true }),
  // A byte holds the counter and whether the object is held at all.
  clock: ({ bits }) => (Number(bits) < 8 ? plan('Clock', 13, bits) : undefined),
  sieve: () => plan('Sieve', 21),
  's3-fifo': ({ small, ghost, threshold, fillMain, libcachesim }) =>
    plan('S3Fifo', 41, small, ghost, threshold, fillMain, libcachesim),
  'two-q': given => plan('TwoQ', 64, given.in, given.out, given.libcachesim),
  // A tag has room for seven lists.
  slru: ({ segments, libcachesim }) => (Number(segments) < 8 ? plan('Slru', 8 + 64, segments, libcachesim) : undefined),
  arc: () => plan('Arc', 8 + 64 + 32),
  lfu: () => plan('Lfu', 36),
  gdsf: () => plan('Gdsf', 40),
  // The variant of libCacheSim is another policy, with other hashes and a filter of at most 2^25 counters.
  'w-tinylfu': given =>
    given.libcachesim
      ? plan('WTinyLfuOfLibCacheSim', 164, given.window)
      : plan('WTinyLfu', 100, given.window, given.protected),
  belady: () => ({ ...plan('Belady', 8), needsNext: true }),
}

/** The kernel of a policy with its checked parameters, or undefined when there is none. */
export function planKernel(policy: string, params: unknown): KernelPlan | undefined {
  return Object.hasOwn(kernels, policy) ? kernels[policy]!(params as Params) : undefined
}

import { loadKernels } from '../../src/files/kernels.ts'
import { planKernel } from '../../src/kernels/catalog.ts'
import { createKernelRun } from '../../src/kernels/kernel-run.ts'
import type { Spec } from '../../src/lib/registry.ts'
import { policies } from '../../src/policies/index.ts'
import type { Counts, Requests } from '../policies/host.ts'

const fromBuild = new URL('../../dist/kernels/kernels.wasm', import.meta.url)
const module = loadKernels(fromBuild)

/** Replays a trace through the kernel of a policy, in pieces that are cut at `cuts` parts of the trace. */
export function replayKernel(spec: Spec, trace: Requests, capacityBytes: number, unit = false, cuts = 1): Counts {
  const { definition, params } = policies.choose(spec)
  const plan = planKernel(definition.name, params)
  if (!plan || !module) throw new Error(`no kernel for ${String(spec)}`)
  const { ids, sizes } = trace
  const objects = ids.reduce((most, id) => Math.max(most, id + 1), 0)
  const run = createKernelRun(module, plan, {
    capacityBytes,
    objects,
    requests: ids.length,
    unit,
  })
  const next = Uint32Array.from(trace.next, use => Math.min(use, 0xffffffff))
  const at = (cut: number): number => Math.floor((ids.length * cut) / cuts)
  for (let cut = 0; cut < cuts; cut++) run.feed(ids, sizes, next, at(cut), at(cut + 1))
  return { requests: run.requests, misses: run.misses, missedBytes: run.missedBytes }
}

import { loadKernels } from '../files/kernels.ts'
import type { LoadedPlan } from '../files/load-plan.ts'
import { plainManifest } from '../files/manifest.ts'
import { openTraceSource } from '../files/trace-source.ts'
import { printWarnings } from '../files/warnings.ts'
import { splitByHulls } from '../lib/concave-split.ts'
import { formatBytes } from '../lib/quantity.ts'
import { UserError } from '../lib/user-error.ts'
import type { SplitResult } from '../report/place.ts'
import { createGeometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { byteMissRatioAt } from '../sim/lru-curve.ts'
import { type PopCurve, popCurves } from '../sim/pop-curves.ts'
import { runPlan } from '../sim/run.ts'
import { createProgress } from './terminal.ts'

/** No PoP gets less than this share of an equal part: curves of few requests promise nothing for more, and every shelf needs room. */
const leastShare = 0.02

/** Shares bytes out over the edges of a plan by their curves, and simulates that and equal parts. Throws UserError. */
export async function splitBytes(
  plan: Plan,
  { atlas, tracePath }: LoadedPlan,
  totalBytes: number,
  options: { progress: boolean },
): Promise<SplitResult> {
  const edges = plan.pops.filter(({ isEdge }) => isEdge)
  const even = Math.floor(totalBytes / edges.length)
  const least = Math.floor(even * leastShare)
  if (least < 1)
    throw new UserError({ message: `--split-bytes: ${formatBytes(totalBytes)} is too little for ${edges.length} PoPs` })
  const progress = await createProgress('curves and two runs', 3, options)
  try {
    const trace = tracePath === undefined ? null : await openTraceSource(plan, tracePath, printWarnings)
    const geometry = createGeometry(plan, atlas)
    const kernels = loadKernels() ?? null
    const curves = popCurves(plan, geometry, trace, share => progress.update(share))
    const { amounts } = splitByHulls(
      curves.map(({ curve }) => ({ amounts: curve.byteSizes, gains: curve.hitsUpTo })),
      totalBytes,
      least,
    )
    const bytes = amounts.map(amount => Math.floor(amount))
    const simulate = (step: number, capacities: readonly number[]) => {
      const pops = plan.pops.map((pop, index) => ({ ...pop, capacityBytes: capacities[index] ?? pop.capacityBytes }))
      const { headline, pops: rows } = runPlan({ ...plan, pops, seed: plan.seed + 1, replications: 1 }, atlas, {
        ...{ manifest: plainManifest('place', plan.seed + 1), trace, geometry, kernels },
        onProgress: (done, expected) => progress.update(step + done / expected),
      })
      const value = (id: string): number => headline[id]!.value
      const figures = {
        hitRatio: value('hit_ratio'),
        meanMs: value('mean_ms'),
        originOffload: value('origin_offload'),
      }
      return { figures, rows }
    }
    const evenRun = simulate(
      1,
      edges.map(() => even),
    )
    const splitRun = simulate(2, bytes)
    return {
      totalBytes,
      pops: edges.map(({ id }, edge) => ({
        ...{ id, requests: curves[edge]!.requests, bytes: bytes[edge]! },
        hitRatio: splitRun.rows[edge]!.hitRatio,
      })),
      expected: { even: expectedOf(curves, () => even), split: expectedOf(curves, edge => bytes[edge]!) },
      simulated: { even: evenRun.figures, split: splitRun.figures },
    }
  } finally {
    progress.stop()
  }
}

/** Hit ratio over all requests that the curves give, those for what must not be stored among them. */
function expectedOf(curves: readonly PopCurve[], bytesOf: (edge: number) => number): number {
  let [hits, requests] = [0, 0]
  for (const [edge, { curve, requests: all }] of curves.entries()) {
    requests += all
    if (curve.requests > 0) hits += (1 - byteMissRatioAt(curve, bytesOf(edge)).missRatio) * curve.requests
  }
  return hits / requests
}

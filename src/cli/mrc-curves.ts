import { hashTraces } from '../files/hash-file.ts'
import { sampleOf, sourceOfKept, withNextUses } from '../files/kept-requests.ts'
import { loadKernels } from '../files/kernels.ts'
import { plainManifest } from '../files/manifest.ts'
import { checkOutputFile, writeOutput } from '../files/output.ts'
import { loadOptionsOf, loadRequests } from '../files/trace-load.ts'
import { UserError } from '../lib/user-error.ts'
import { policies } from '../policies/index.ts'
import { type Curve, type MrcResult, mrcCsv, mrcJson, mrcText } from '../report/mrc.ts'
import { runContest } from '../sim/contest.ts'
import { byteMissRatioAt, lruCurve, lruCurveByKernel, missRatioAt } from '../sim/lru-curve.ts'
import { adjusted } from '../sim/sample.ts'
import type { Manifest } from '../stats/result.ts'
import type { RequestSource, TraceSummary } from '../traffic/request-source.ts'
import type { MrcOptions } from './mrc.ts'
import { createProgress, terminalWidth } from './terminal.ts'

/** The smallest size of a curve: so small a share of the footprint, but at least an object. */
const smallestShare = 0.001

/** Finds the curves of a trace and writes them. Throws UserError. */
export async function drawCurves(name: string, options: MrcOptions): Promise<void> {
  if (options.json && options.csv) throw new UserError('--json and --csv are two formats: choose one')
  const output = options.output ?? '-'
  if (output !== '-') checkOutputFile(output)
  if (options.html !== undefined) checkOutputFile(options.html)
  const ratio = Number(options.sampleRatio)
  if (!(ratio > 0 && ratio <= 1)) throw new UserError(`--sample-ratio ${options.sampleRatio}: a share above 0, up to 1`)
  const points = Number(options.points)
  if (!Number.isInteger(points) || points < 2 || points > 10_000)
    throw new UserError(`--points ${options.points}: a number from 2 to 10000`)
  const names = [...new Set(options.policy.split(',').map(text => text.trim()))]
  for (const policy of names) policies.choose(policy)
  const { ignoreSize = false } = options
  const seed = Number(options.seed)
  if (!Number.isSafeInteger(seed)) throw new UserError(`--seed ${options.seed}: a whole number`)
  const module = loadKernels()
  const kept = await loadRequests(name, loadOptionsOf(options), { sizes: !ignoreSize }, module)
  const sampled = ratio === 1 ? kept : sampleOf(kept, ratio, seed)
  const knowsFuture = names.some(policy => policies.choose(policy).definition.needsFuture)
  const trace = sourceOfKept(kept)
  const sample = sourceOfKept(knowsFuture ? withNextUses(sampled) : sampled)
  if (sample.count === 0) throw new UserError(`--sample-ratio ${ratio}: no object of this trace is in the sample`)
  const sizes = sizesOf(trace, points, ignoreSize)
  const progress = await createProgress('curves', names.length * sizes.length, options)
  const kernels = module ?? null
  const curves: Curve[] = []
  for (const policy of names) {
    const done = curves.length * sizes.length
    curves.push(
      policy === 'lru'
        ? lruOf(trace, sample, ratio, sizes, ignoreSize, kernels)
        : simulatedOf(policy, trace, sample, ratio, sizes, ignoreSize, seed, kernels, point =>
            progress.update(done + point),
          ),
    )
  }
  progress.stop()
  const result: MrcResult = {
    format: 'cdnlab-mrc-1',
    trace: trace.name,
    requests: trace.count,
    objects: trace.objects,
    sizeUnit: ignoreSize ? 'objects' : 'bytes',
    sizes,
    sampleRatio: ratio,
    sampledRequests: sample.count,
    notes: trace.notes,
    curves,
  }
  if (options.html !== undefined)
    await writePage(options.html, result, {
      ...plainManifest('mrc', seed),
      traceHash: await hashTraces([name]),
    })
  await writeOutput(
    output,
    options.json ? mrcJson(result) : options.csv ? mrcCsv(result) : mrcText(result, terminalWidth()),
  )
}

async function writePage(path: string, result: MrcResult, manifest: Manifest): Promise<void> {
  const { mrcHtml } = await import('../report/html/mrc-page.ts')
  await writeOutput(path, mrcHtml(result, manifest))
  process.stderr.write(`written to ${path}\n`)
}

/** Sizes from a thousandth of the footprint to all of it, each larger by the same factor. */
function sizesOf({ objects, footprintBytes }: TraceSummary, points: number, ignoreSize: boolean): number[] {
  const most = ignoreSize ? objects : footprintBytes
  const least = Math.max(1, most * smallestShare)
  const sizes = Array.from({ length: points }, (_, point) =>
    Math.floor(least * (most / least) ** (point / (points - 1))),
  )
  sizes[points - 1] = most
  return [...new Set(sizes)]
}

function lruOf(
  trace: TraceSummary,
  sample: RequestSource,
  ratio: number,
  sizes: readonly number[],
  ignoreSize: boolean,
  kernels: WebAssembly.Module | null,
): Curve {
  const curve =
    kernels === null
      ? lruCurve(sample, ignoreSize, 1 / ratio)
      : lruCurveByKernel(sample, kernels, ignoreSize, 1 / ratio)
  const found = sizes.map(size => {
    if (!ignoreSize) return byteMissRatioAt(curve, size)
    const missRatio = missRatioAt(curve, size)
    return { missRatio, byteMissRatio: missRatio }
  })
  return curveOf('lru', ratio === 1 ? 'exact' : 'SHARDS', found, trace, sample, ratio)
}

function simulatedOf(
  policy: string,
  trace: TraceSummary,
  sample: RequestSource,
  ratio: number,
  sizes: readonly number[],
  ignoreSize: boolean,
  seed: number,
  kernels: WebAssembly.Module | null,
  onPoint: (point: number) => void,
): Curve {
  const found = sizes.map((size, point) => {
    const capacity = Math.max(1, Math.floor(size * ratio))
    const chosen = policies.choose(policy)
    const { misses, missedBytes, requestedBytes } = runContest({
      trace: sample,
      policy: chosen,
      admission: null,
      capacity,
      ignoreSize,
      seed,
      warmupRequests: 0,
      blocks: 1,
      kernels,
    })
    onPoint(point + 1)
    return { missRatio: misses / sample.count, byteMissRatio: missedBytes / requestedBytes }
  })
  return curveOf(policy, ratio === 1 ? 'simulated' : 'MiniSim', found, trace, sample, ratio)
}

function curveOf(
  policy: string,
  method: Curve['method'],
  found: readonly { missRatio: number; byteMissRatio: number }[],
  trace: TraceSummary,
  sample: TraceSummary,
  ratio: number,
): Curve {
  const adjust = (missRatio: number): number =>
    ratio === 1 ? missRatio : adjusted(missRatio, sample.count, trace.count, ratio)
  return {
    policy,
    method,
    missRatios: found.map(({ missRatio }) => adjust(missRatio)),
    byteMissRatios: found.map(({ byteMissRatio }) => adjust(byteMissRatio)),
  }
}

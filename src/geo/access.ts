import { probit } from 'simple-statistics'
import { nameHint } from '../lib/nearest-name.ts'
import { UserError } from '../lib/user-error.ts'
import { bytesPerMsOf } from './request-time.ts'

/** A kind of last mile, as in `config/access-profiles.json`. Delays are round trips in ms between a device and the first router. */
export interface AccessProfile {
  /** What the line itself adds: log-normal. */
  accessLogNormal: { medianMs: number; sigma: number }
  /** What a moment adds above that minimum: Weibull, or log-normal in a data centre. */
  jitterWeibull?: { shape: number; scaleMs: number }
  jitterLogNormal?: { medianMs: number; sigma: number }
  /** Share of packets lost. */
  loss: number
  downMbps: number
  source: string
}

/** Quantiles in a table: a draw is one read at a random index, and no logarithm is taken for a request. */
export const quantileCount = 1024

/** A profile made ready for drawing; both columns hold `quantileCount` quantiles in ms, the lowest first. */
export interface AccessTable {
  name: string
  accessMs: Float64Array
  jitterMs: Float64Array
  loss: number
  bytesPerMs: number
}

export function createAccessTable(name: string, profile: AccessProfile): AccessTable {
  const { accessLogNormal, jitterWeibull, jitterLogNormal, loss, downMbps } = profile
  const noJitter = (): number => 0
  const jitter = jitterWeibull ? weibull(jitterWeibull) : jitterLogNormal ? logNormal(jitterLogNormal) : noJitter
  return {
    name,
    accessMs: quantilesOf(logNormal(accessLogNormal)),
    jitterMs: quantilesOf(jitter),
    loss,
    bytesPerMs: bytesPerMsOf(downMbps),
  }
}

/** Several kinds of last mile: `tableOf[random index]` is the index of a table, drawn as often as its share says. */
export interface AccessMix {
  tables: AccessTable[]
  /** `quantileCount` entries. */
  tableOf: Uint8Array
}

/** The mix of profiles by name and weight; weights need not add up to 1. Throws UserError with the nearest name. */
export function createAccessMix(
  profiles: Readonly<Record<string, AccessProfile>>,
  weights: Readonly<Record<string, number>>,
): AccessMix {
  const names = Object.keys(weights)
  const unknown = names.filter(name => !Object.hasOwn(profiles, name))
  if (unknown.length > 0)
    throw new UserError(
      unknown.map(name => ({
        message: `unknown access profile "${name}"`,
        hint: nameHint(name, Object.keys(profiles)),
      })),
    )
  const total = names.reduce((sum, name) => sum + weights[name]!, 0)
  if (!(total > 0)) throw new UserError('the shares of the access profiles add up to 0')
  const tableOf = new Uint8Array(quantileCount)
  let before = 0
  for (let table = 0; table < names.length; table++) {
    const after = before + weights[names[table]!]! / total
    tableOf.fill(table, Math.round(before * quantileCount), Math.round(after * quantileCount))
    before = after
  }
  return { tables: names.map(name => createAccessTable(name, profiles[name]!)), tableOf }
}

/** The middle of each of `quantileCount` equal slices. */
function quantilesOf(quantile: (share: number) => number): Float64Array {
  return Float64Array.from({ length: quantileCount }, (_, slice) => quantile((slice + 0.5) / quantileCount))
}

function logNormal({ medianMs, sigma }: { medianMs: number; sigma: number }): (share: number) => number {
  return share => medianMs * Math.exp(sigma * probit(share))
}

function weibull({ shape, scaleMs }: { shape: number; scaleMs: number }): (share: number) => number {
  return share => scaleMs * (-Math.log(1 - share)) ** (1 / shape)
}

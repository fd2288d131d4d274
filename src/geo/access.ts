/** A kind of last mile, as in `config/access-profiles.json`. Delays are round trips in ms between a device and the first router. */
export interface AccessProfile {
  /** What the line itself adds: log-normal. */
  accessLogNormal: { medianMs: number; sigma: number }
  /** What a moment adds above that minimum. */
  jitterWeibull?: { shape: number; scaleMs: number }
  jitterLogNormal?: { medianMs: number; sigma: number }
  /** Share of packets lost. */
  loss: number
  downMbps: number
  source: string
}

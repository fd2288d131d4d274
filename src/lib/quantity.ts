// The one grammar of quantities. Sizes: a plain number of bytes or a decimal with a unit (B, kB, MB, GB, TB, PB by 1000;
// KiB, MiB, GiB, TiB, PiB by 1024). Durations: a plain number of milliseconds or a decimal with ms, s, m, h, d or w; parts
// may follow each other (1h30m). Rates: a number per second, or with /s, /m, /h, /d. Shares: 0 to 1, or a percentage.

const bytesPerUnit: Record<string, number> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  PB: 1e15,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  PiB: 2 ** 50,
}
const msPerUnit: Record<string, number> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 }
const secondsPerUnit: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }
const decimal = '(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][0-9]{1,2})?'

/** Bytes of a size such as `10GiB`, `1.5 MB` or 4096; undefined when it is none. The result is a whole number. */
export function parseBytes(text: string | number): number | undefined {
  if (typeof text === 'number') return Number.isSafeInteger(text) && text >= 0 ? text : undefined
  const match = new RegExp(`^(${decimal}) ?([A-Za-z]*)$`).exec(text)
  if (!match) return undefined
  const unit = match[2] === '' ? 1 : bytesPerUnit[match[2]!]
  if (unit === undefined || !Object.hasOwn(bytesPerUnit, match[2] || 'B')) return undefined
  const bytes = Number(match[1]) * unit
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** Milliseconds of a duration such as `30s`, `1h30m`, `250 ms` or 1000; undefined when it is none. */
export function parseDurationMs(text: string | number): number | undefined {
  if (typeof text === 'number') return Number.isFinite(text) && text >= 0 ? text : undefined
  if (new RegExp(`^${decimal}$`).test(text)) return Number(text)
  if (!new RegExp(`^(?:${decimal} ?(?:ms|[smhdw]))+$`).test(text)) return undefined
  let total = 0
  for (const [, count, unit] of text.matchAll(new RegExp(`(${decimal}) ?(ms|[smhdw])`, 'g')))
    total += Number(count) * msPerUnit[unit!]!
  return Number.isFinite(total) ? total : undefined
}

/** Events a second of a rate such as `2000/s`, `5 /m` or 40; undefined when it is none. */
export function parseRatePerSecond(text: string | number): number | undefined {
  if (typeof text === 'number') return Number.isFinite(text) && text >= 0 ? text : undefined
  const match = new RegExp(`^(${decimal})(?: ?/ ?([smhd]))?$`).exec(text)
  return match ? Number(match[1]) / secondsPerUnit[match[2] ?? 's']! : undefined
}

/** A share from 0 to 1 of 0.25 or `25%`; undefined when it is none. */
export function parseShare(text: string | number): number | undefined {
  if (typeof text === 'number') return text >= 0 && text <= 1 ? text : undefined
  const match = new RegExp(`^(${decimal}) ?(%?)$`).exec(text)
  if (!match) return undefined
  const share = Number(match[1]) / (match[2] ? 100 : 1)
  return share >= 0 && share <= 1 ? share : undefined
}

const binarySteps = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** A size for people: three digits and a binary unit. */
export function formatBytes(bytes: number): string {
  let step = 0
  let value = bytes
  while (Math.abs(value) >= 1024 && step < binarySteps.length - 1) {
    value /= 1024
    step++
  }
  return `${step === 0 ? value : formatDigits(value)} ${binarySteps[step]}`
}

/** A duration for people: three digits and the unit that fits. */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms)
  if (size < 1) return `${formatDigits(ms)} ms`
  if (size < 1000) return `${formatDigits(ms)} ms`
  if (size < 120e3) return `${formatDigits(ms / 1e3)} s`
  if (size < 7200e3) return `${formatDigits(ms / 6e4)} min`
  if (size < 48 * 36e5) return `${formatDigits(ms / 36e5)} h`
  return `${formatDigits(ms / 864e5)} d`
}

/** A number to three significant digits, without an exponent below a million. */
export function formatDigits(value: number): string {
  if (!Number.isFinite(value)) return '-'
  const size = Math.abs(value)
  if (size >= 100) return value.toFixed(0)
  if (size >= 10) return value.toFixed(1)
  return value.toFixed(2)
}

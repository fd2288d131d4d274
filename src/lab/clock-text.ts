/** A moment of a run as a clock shows it: minutes and seconds, with hours where there are some. */
export function clockText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

/** Distances between marks of a time axis that read well, in ms. */
export const clockSteps = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400, 604_800, 31_536_000].map(
  seconds => 1000 * seconds,
)

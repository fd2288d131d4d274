/** Degrees of a number written in decimal, such as `-33.87`; NaN when it is none or outside -limit to limit. */
export function parseDegrees(text: string, limit: 90 | 180): number {
  const trimmed = text.trim()
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(trimmed)) return Number.NaN
  const degrees = Number(trimmed)
  return Math.abs(degrees) <= limit ? degrees : Number.NaN
}

/**
 * What is wrong with a point, as a sentence; undefined when nothing is. The texts are shown as they were written.
 * Swapped coordinates are told apart where the latitude alone cannot be one.
 */
export function coordinateFault(lat: string, lon: string): string | undefined {
  if (Number.isNaN(parseDegrees(lat, 90))) {
    const looksSwapped = !Number.isNaN(parseDegrees(lat, 180)) && !Number.isNaN(parseDegrees(lon, 90))
    return `latitude "${lat.trim()}" is not a number from -90 to 90${looksSwapped ? '; are latitude and longitude swapped?' : ''}`
  }
  if (Number.isNaN(parseDegrees(lon, 180))) return `longitude "${lon.trim()}" is not a number from -180 to 180`
  return undefined
}

/** True at latitude 0, longitude 0: in the sea, and nearly always a coordinate that was never filled in. */
export function isNullIsland(lat: number, lon: number): boolean {
  return lat === 0 && lon === 0
}

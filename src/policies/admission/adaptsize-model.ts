/** An object as the model knows it: requests in an interval, and its size; 0 while it is not known. */
export interface Asked {
  rate: number
  bytes: number
}

/** Objects of about the same rate and size, as one: their number and their means. */
interface Kind extends Asked {
  count: number
}

/** Kinds an octave of rate and of size: finer ones change the result less than the model's own error. */
const kindsPerOctave = 2

function kindsOf(objects: Iterable<Asked>): Kind[] {
  const kinds = new Map<number, Kind>()
  for (const { rate, bytes } of objects) {
    if (bytes === 0) continue
    const key = Math.round(Math.log2(rate) * kindsPerOctave) * 1000 + Math.round(Math.log2(bytes) * kindsPerOctave)
    const kind = kinds.get(key)
    if (!kind) {
      kinds.set(key, { count: 1, rate, bytes })
      continue
    }
    kind.count++
    kind.rate += (rate - kind.rate) / kind.count
    kind.bytes += (bytes - kind.bytes) / kind.count
  }
  return [...kinds.values()]
}

/** Powers of two of c that are tried; between neighbours of the best the search is refined. */
const smallestPower = 6
const largestPower = 40

/**
 * The c of the admission chance exp(-size / c) for which the model predicts the most hits; Infinity when everybody may enter
 * because all objects fit. The prediction has several hills over c, so all scales are tried before the best is refined.
 */
export function bestScaleBytes(objects: Iterable<Asked>, capacityBytes: number): number {
  const kinds = kindsOf(objects)
  const total = kinds.reduce((sum, { count, bytes }) => sum + count * bytes, 0)
  if (total <= capacityBytes) return Number.POSITIVE_INFINITY
  let best = Number.POSITIVE_INFINITY
  let most = predictedHits(kinds, capacityBytes, best)
  const attempt = (scaleBytes: number): void => {
    const hits = predictedHits(kinds, capacityBytes, scaleBytes)
    if (hits <= most) return
    most = hits
    best = scaleBytes
  }
  for (let power = smallestPower; power <= largestPower; power++) attempt(2 ** power)
  for (let step = 0.5; step > 0.05; step /= 2) {
    const centre = best
    attempt(centre * 2 ** step)
    attempt(centre / 2 ** step)
  }
  return best
}

/**
 * Expected hits of an interval in an LRU cache with admission by exp(-size / c): object i is held with the probability
 * o / (1 + o), o = (e^(r T) - 1) e^(-s / c), where the characteristic time T makes the expected bytes equal to the capacity.
 * Source: AdaptSize, NSDI 2017, theorem 1, with T found by bisection as in Che's approximation.
 */
function predictedHits(kinds: readonly Kind[], capacityBytes: number, scaleBytes: number): number {
  const held = (time: number, { rate, bytes }: Kind): number => {
    // Log of the odds: e^(r T) itself overflows.
    const growth = rate * time
    const logOdds = (growth > 30 ? growth : Math.log(Math.expm1(growth))) - bytes / scaleBytes
    return 1 / (1 + Math.exp(-logOdds))
  }
  const heldBytes = (time: number): number =>
    kinds.reduce((sum, kind) => sum + held(time, kind) * kind.count * kind.bytes, 0)
  let low = 1e-9
  let high = 1
  while (heldBytes(high) < capacityBytes && high < 1e12) high *= 4
  for (let round = 0; round < 40 && high > low * 1.001; round++) {
    const middle = Math.sqrt(low * high)
    if (heldBytes(middle) < capacityBytes) low = middle
    else high = middle
  }
  return kinds.reduce((sum, kind) => sum + held(low, kind) * kind.count * kind.rate, 0)
}

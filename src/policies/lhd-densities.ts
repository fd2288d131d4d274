const ages = 20_000
const classes = 16
const decay = 0.9
/** The share of the ages that a typical lifetime should take, for a coarsening that is fine enough. */
const ageError = 0.01
/** Rounds after which the coarsening of ages is fitted to the number of objects. */
const coarseningRounds = [5, 25]
/** Before anything is learnt class c of these has c + 17 over the age + 1, so that what was hit lately stays. */
const firstWeight = 17

/** Whoever reaches this age is as good as gone. */
export const oldestAge = ages - 1

/**
 * What LHD has learnt: for each class of objects and each coarse age the hits and evictions seen there, with a falling weight, and the
 * hit density computed from them. Source: N. Beckmann et al., LHD, NSDI 2018, section 4.2 and its published implementation.
 */
export class HitDensities {
  readonly #hits = new Float32Array(classes * ages)
  readonly #evictions = new Float32Array(classes * ages)
  readonly #densities = new Float32Array(classes * ages)
  /** An age is a number of requests over 2^shift. */
  #shift = 10
  #objects = 0
  #objectsWeight = 0
  rounds = 0

  constructor() {
    for (let kind = 0; kind < classes; kind++)
      for (let age = 0; age < ages; age++) this.#densities[kind * ages + age] = (kind + firstWeight) / (age + 1)
  }

  get bytes(): number {
    return 3 * this.#densities.byteLength
  }

  /** The coarse age of so many requests, at most `oldestAge`. */
  ageOf(requests: number): number {
    return Math.min(Math.floor(requests / 2 ** this.#shift), oldestAge)
  }

  /** The class of the sum of the last two ages at a hit: classes grow as the logarithm falls. */
  classOf(hitAges: number): number {
    if (hitAges === 0) return classes - 1
    let kind = 0
    for (let age = hitAges; age < ages && kind < classes - 1; age *= 2) kind++
    return kind
  }

  of(kind: number, age: number): number {
    return this.#densities[kind * ages + age]!
  }

  recordHit(kind: number, age: number): void {
    this.#hits[kind * ages + age]!++
  }

  recordEviction(kind: number, age: number): void {
    this.#evictions[kind * ages + age]!++
  }

  /** Lets the past fade and computes the densities anew, for a shelf of so many objects. */
  recompute(objects: number): void {
    for (let place = 0; place < this.#hits.length; place++) {
      this.#hits[place]! *= decay
      this.#evictions[place]! *= decay
    }
    this.#objects = this.#objects * decay + objects
    this.#objectsWeight = this.#objectsWeight * decay + 1
    if (coarseningRounds.includes(this.rounds)) this.#fitCoarsening()
    for (let kind = 0; kind < classes; kind++) this.#model(kind * ages)
    this.rounds++
  }

  /** Density at an age: hits at this age and later, over the time that all who reach this age still hold room. */
  #model(start: number): void {
    let hits = this.#hits[start + oldestAge]!
    let events = hits + this.#evictions[start + oldestAge]!
    let lifetime = events
    for (let place = start + oldestAge - 1; place >= start; place--) {
      hits += this.#hits[place]!
      events += this.#hits[place]! + this.#evictions[place]!
      lifetime += events
      this.#densities[place] = events > 1e-5 ? hits / lifetime : 0
    }
  }

  #fitCoarsening(): void {
    const best = this.#objects / this.#objectsWeight / (ageError * ages)
    const shift = Math.max(1, Math.ceil(Math.log2(best)))
    const factor = 2 ** (shift - this.#shift)
    this.#shift = shift
    this.#objects *= 8
    this.#objectsWeight *= 8
    for (const counts of [this.#hits, this.#evictions])
      for (let kind = 0; kind < classes; kind++) rescale(counts.subarray(kind * ages, (kind + 1) * ages), factor)
  }
}

/** Makes counts by age those of ages that are `factor` times as long; the total stays the same. */
function rescale(counts: Float32Array, factor: number): void {
  const old = counts.slice()
  counts.fill(0)
  for (let age = 0; age < ages; age++) {
    if (factor >= 1) counts[Math.floor(age / factor)]! += old[age]!
    else
      for (let part = 0; part < 1 / factor; part++)
        counts[Math.min(age / factor + part, oldestAge)]! += old[age]! * factor
  }
}

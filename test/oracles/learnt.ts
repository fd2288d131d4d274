import { type CreateOracle, sum } from './oracle.ts'

interface Learnt {
  id: number
  bytes: number
  /** Where the shelf has it: the place that was given back last is taken first. */
  slot: number
  askedAt: number
  /** Ages at the last hit and at the one before. */
  ages: [number, number]
  explores: boolean
}

const ages = 20_000
const oldest = ages - 1
const classes = 16

/** Counts by class and age. They are kept in the same precision as elsewhere, since sums of them decide contests. */
const createCounts = (): Float32Array[] => Array.from({ length: classes }, () => new Float32Array(ages))

/** LHD with a record for each object and an array for each class. */
export const lhd =
  (sample: number, reconfigureEvery: number): CreateOracle =>
  ({ capacity, random: source }) => {
    const entries: Learnt[] = []
    const free: number[] = []
    const suspects: { slot: number; id: number }[] = []
    const hits = createCounts()
    const evictions = createCounts()
    const densities = createCounts()
    densities.forEach((column, kind) => {
      column.forEach((_, age) => {
        column[age] = (kind + 17) / (age + 1)
      })
    })
    let [now, rounds, shift, slots, suspected] = [0, 0, 10, 0, 0]
    let [objects, objectsWeight] = [0, 0]
    let budget = Math.floor(capacity / 100)
    let usual = 0

    const ageOf = (entry: Learnt): number => Math.min(oldest, Math.floor((now - entry.askedAt) / 2 ** shift))
    const classOf = ({ ages: [last, before] }: Learnt): number =>
      last + before === 0 ? 15 : Math.min(15, Math.max(0, Math.ceil(Math.log2(ages / (last + before)))))
    const densityOf = (entry: Learnt): number => {
      const age = ageOf(entry)
      if (age === oldest) return Number.NEGATIVE_INFINITY
      return densities[classOf(entry)]![age]! / entry.bytes + (entry.explores ? 1 : 0)
    }

    /** Moves the counts to where their ages lie when a unit of age is `factor` times as long. */
    function stretch(counts: Float32Array, factor: number): Float32Array {
      const moved = new Float32Array(ages)
      counts.forEach((count, age) => {
        const parts = Math.max(1, 1 / factor)
        for (let part = 0; part < parts; part++)
          moved[Math.min(oldest, Math.floor(age / factor) + part)]! += count / parts
      })
      return moved
    }
    function change(of: (column: Float32Array) => Float32Array): void {
      for (const counts of [hits, evictions]) counts.splice(0, classes, ...counts.map(of))
    }
    function learn(): void {
      change(column => column.map(count => count * 0.9))
      objects = 0.9 * objects + entries.length
      objectsWeight = 0.9 * objectsWeight + 1
      if (rounds === 5 || rounds === 25) {
        const next = Math.max(1, Math.ceil(Math.log2(objects / objectsWeight / 200)))
        change(column => stretch(column, 2 ** (next - shift)))
        shift = next
        objects *= 8
        objectsWeight *= 8
      }
      for (let kind = 0; kind < classes; kind++) {
        let [hitsLater, endsLater, timeLater] = [0, 0, 0]
        for (let age = oldest; age >= 0; age--) {
          hitsLater += hits[kind]![age]!
          endsLater += hits[kind]![age]! + evictions[kind]![age]!
          timeLater += endsLater
          if (age < oldest) densities[kind]![age] = endsLater > 1e-5 ? hitsLater / timeLater : 0
        }
      }
      rounds++
    }
    function endExploring(entry: Learnt): void {
      if (entry.explores) budget += entry.bytes
      entry.explores = false
    }
    function touch(entry: Learnt): boolean {
      const isChosen = source.below(32) === 0
      entry.askedAt = now
      if (isChosen && budget > 0 && rounds < 50) {
        entry.explores = true
        budget -= entry.bytes
      }
      now++
      if (now % reconfigureEvery === 0) learn()
      return isChosen
    }
    function leave(entry: Learnt): void {
      endExploring(entry)
      free.push(entry.slot)
      const last = entries.pop()!
      if (last !== entry) entries[entries.indexOf(entry)] = last
    }
    function evict(): void {
      const draws = Array.from(
        { length: 1 + (rounds > 50 ? sample : 8) },
        () => entries[source.below(entries.length)]!,
      ).slice(1)
      const held = suspects.flatMap(({ slot, id }) => entries.filter(entry => entry.slot === slot && entry.id === id))
      const leaving = [...draws, ...held].reduce((least, entry) =>
        densityOf(entry) < densityOf(least) ? entry : least,
      )
      usual = 0.9 * usual + 0.1 * Math.max(densityOf(leaving), -Number.MAX_VALUE)
      evictions[classOf(leaving)]![ageOf(leaving)]!++
      leave(leaving)
    }
    return {
      ask(id, bytes) {
        const found = entries.find(entry => entry.id === id)
        if (found) {
          const age = ageOf(found)
          hits[classOf(found)]![age]!++
          endExploring(found)
          found.ages = [age, found.ages[0]]
          touch(found)
          return true
        }
        if (bytes > capacity) return false
        while (sum(entries) + bytes > capacity) evict()
        const entry: Learnt = { id, bytes, slot: free.pop() ?? slots++, askedAt: 0, ages: [0, ages], explores: false }
        entries.push(entry)
        const isChosen = touch(entry)
        if (!isChosen && densityOf(entry) < usual) suspects[suspected++ % 8] = { slot: entry.slot, id }
        return false
      },
      purge(id) {
        const entry = entries.find(other => other.id === id)
        if (entry) leave(entry)
      },
      held: () => entries.map(({ id }) => id),
    }
  }

import { FrequencySketch } from '../../src/lib/sketch.ts'
import { type CreateOracle, sum, take } from './oracle.ts'

interface Known {
  id: number
  bytes: number
  referenced: boolean
}

const has = (list: Known[], id: number): Known | undefined => list.find(entry => entry.id === id)

/** All lists have the oldest first. Names are those of the paper. */
export const arc: CreateOracle = ({ capacity }) => {
  const t1: Known[] = []
  const t2: Known[] = []
  const b1: Known[] = []
  const b2: Known[] = []
  let p = 0
  let lastFoundInB2 = false
  const replace = (): void => {
    const size = sum(t1)
    if ((size > 0 && (size > p || (size === p && lastFoundInB2))) || t2.length === 0) b1.push(t1.shift()!)
    else b2.push(t2.shift()!)
  }
  return {
    ask(id, bytes) {
      const found = take(t1, id) ?? take(t2, id)
      if (found) {
        lastFoundInB2 = false
        t2.push(found)
        return true
      }
      const inB1 = has(b1, id) !== undefined
      const inB2 = has(b2, id) !== undefined
      if (inB1) p = Math.min(p + Math.max(sum(b2) / sum(b1), 1), capacity)
      if (inB2) p = Math.max(p - Math.max(sum(b1) / sum(b2), 1), 0)
      if (inB1 || inB2) lastFoundInB2 = inB2
      take(b1, id)
      take(b2, id)
      if (bytes > capacity) return false
      while (sum(t1) + sum(t2) + bytes > capacity) {
        if (inB1 || inB2) replace()
        else if (sum(t1) + sum(b1) + bytes > capacity) {
          if (b1.length === 0) t1.shift()
          else {
            b1.shift()
            replace()
          }
        } else {
          if (sum([...t1, ...t2, ...b1, ...b2]) >= 2 * capacity) b2.shift()
          replace()
        }
      }
      if (inB1 || inB2) lastFoundInB2 = false
      ;(inB1 || inB2 ? t2 : t1).push({ id, bytes, referenced: false })
      return false
    },
    purge(id) {
      take(t1, id)
      take(t2, id)
    },
    held: () => [...t1, ...t2].map(({ id }) => id),
  }
}

export const car =
  (compatible: boolean): CreateOracle =>
  ({ capacity }) => {
    const t1: Known[] = []
    const t2: Known[] = []
    const b1: Known[] = []
    const b2: Known[] = []
    let p = 0
    let returns = false
    const step = (ratio: number): number => Math.max(1, compatible ? Math.floor(ratio) : ratio)
    const replace = (): void => {
      for (;;) {
        const fromT1 = sum(t1) >= Math.max(1, p) || t2.length === 0
        const entry = (fromT1 ? t1 : t2).shift()!
        if (!entry.referenced) {
          ;(fromT1 ? b1 : b2).push(entry)
          return
        }
        t2.push({ ...entry, referenced: false })
      }
    }
    return {
      ask(id, bytes) {
        const found = has(t1, id) ?? has(t2, id)
        if (found) {
          found.referenced = true
          return true
        }
        if (!compatible) returns = false
        if (has(b1, id)) {
          returns = true
          p = Math.min(p + step(sum(b2) / sum(b1)), capacity)
          take(b1, id)
        } else if (has(b2, id)) {
          returns = true
          p = Math.max(p - step(sum(b1) / sum(b2)), 0)
          take(b2, id)
        }
        if (bytes > capacity) return false
        while (sum(t1) + sum(t2) + bytes > capacity) {
          replace()
          if (returns && !compatible) continue
          if (sum(t1) + sum(b1) >= capacity) b1.shift()
          else if (!compatible && sum([...t1, ...t2, ...b1, ...b2]) + bytes > 2 * capacity) b2.shift()
        }
        ;(returns ? t2 : t1).push({ id, bytes, referenced: false })
        returns = false
        return false
      },
      purge(id) {
        take(t1, id)
        take(t2, id)
      },
      held: () => [...t1, ...t2].map(({ id }) => id),
    }
  }

interface Recent {
  id: number
  bytes: number
  status: 'lir' | 'hir' | 'gone'
  /** When it left, for those that are gone. */
  leftAt: number
}

/** LIRS in its sound form: stack and queue with the oldest first; the shelf alone says when somebody must leave. */
export const lirs: CreateOracle = ({ capacity }) => {
  const stack: Recent[] = []
  const queue: Recent[] = []
  const hirLimit = Math.max(1, Math.floor(capacity * 0.01))
  const lirLimit = capacity - hirLimit
  let departures = 0
  const lir = (): Recent[] => stack.filter(entry => entry.status === 'lir')
  const residents = (): Recent[] => [...new Set([...lir(), ...queue])]

  function prune(): void {
    while (stack.length > 1 && stack[0]!.status !== 'lir') stack.shift()
  }
  function demote(): void {
    prune()
    const bottom = stack.shift()!
    bottom.status = 'hir'
    queue.push(bottom)
    prune()
  }
  function becomeLir(entry: Recent): void {
    entry.status = 'lir'
    while (sum(lir()) > lirLimit && stack[0] !== entry) demote()
  }
  function evict(): void {
    if (queue.length === 0) demote()
    const leaving = queue.shift()!
    leaving.status = 'gone'
    leaving.leftAt = departures++
  }
  function limitStack(): void {
    for (;;) {
      const gone = stack.filter(entry => entry.status === 'gone')
      if (sum(stack) <= 2 * capacity || gone.length === 0) return
      const oldest = gone.reduce((first, entry) => (entry.leftAt < first.leftAt ? entry : first))
      stack.splice(stack.indexOf(oldest), 1)
    }
  }
  return {
    ask(id, bytes) {
      const inStack = take(stack, id)
      if (inStack) stack.push(inStack)
      const resident = queue.find(entry => entry.id === id) ?? (inStack?.status === 'lir' ? inStack : undefined)
      if (resident) {
        if (resident.status === 'lir') prune()
        else if (inStack) {
          take(queue, id)
          becomeLir(resident)
        } else {
          take(queue, id)
          queue.push(resident)
          stack.push(resident)
        }
        limitStack()
        return true
      }
      if (bytes > capacity) return false
      while (sum(residents()) + bytes > capacity) evict()
      if (inStack && stack.includes(inStack)) {
        inStack.bytes = bytes
        becomeLir(inStack)
      } else {
        const entry: Recent = { id, bytes, status: sum(lir()) + bytes <= lirLimit ? 'lir' : 'hir', leftAt: 0 }
        stack.push(entry)
        if (entry.status === 'hir') queue.push(entry)
      }
      limitStack()
      return false
    },
    purge(id) {
      const resident = residents().find(entry => entry.id === id)
      if (!resident) return
      take(queue, id)
      take(stack, id)
      if (resident.status === 'lir') prune()
    },
    held: () => residents().map(({ id }) => id),
  }
}

interface Clocked {
  id: number
  bytes: number
  state: 'hot' | 'cold' | 'departed'
  onTest: boolean
  referenced: boolean
}

/** CLOCK-Pro on one array, the hot hand at its start and the newest at its end; the other hands point to an entry, or to nobody. */
export const clockPro: CreateOracle = ({ capacity }) => {
  let clock: Clocked[] = []
  let coldTarget = capacity
  let coldHand: Clocked | undefined
  let testHand: Clocked | undefined
  const inState = (state: Clocked['state']): Clocked[] => clock.filter(entry => entry.state === state)
  const next = (entry: Clocked, state?: Clocked['state']): Clocked | undefined =>
    clock.slice(clock.indexOf(entry) + 1).find(other => state === undefined || other.state === state)

  /** Takes an entry off, or to the end; a hand that points to it steps on unless the entry only passes the end of the circle. */
  function move(entry: Clocked, stays: boolean): void {
    const passesAsCold = stays && inState('cold')[0] === entry
    const passes = stays && clock[0] === entry
    if (coldHand === entry && !passesAsCold) coldHand = next(entry, 'cold')
    if (testHand === entry && !passes) testHand = next(entry)
    clock = clock.filter(other => other !== entry)
    if (stays) clock.push(entry)
  }
  function endTest(entry: Clocked): void {
    if (!entry.onTest) return
    entry.onTest = false
    coldTarget = Math.max(1, coldTarget - entry.bytes)
  }
  function turnHotHand(): void {
    while (inState('hot').length > 0) {
      const entry = clock[0]!
      if (entry.state !== 'hot') {
        endTest(entry)
        move(entry, entry.state === 'cold')
        continue
      }
      move(entry, true)
      if (!entry.referenced) {
        entry.state = 'cold'
        return
      }
      entry.referenced = false
    }
  }
  function turnTestHand(): void {
    const entry = testHand ?? clock[0]!
    testHand = next(entry)
    if (entry.state === 'hot') return
    endTest(entry)
    if (entry.state === 'departed') move(entry, false)
  }
  function becomeHot(entry: Clocked): void {
    if (coldHand === entry) coldHand = next(entry, 'cold')
    Object.assign(entry, { state: 'hot', onTest: false, referenced: false })
    move(entry, true)
    while (inState('hot').length > 0 && sum(inState('hot')) > capacity - coldTarget) turnHotHand()
  }
  function evict(): void {
    for (;;) {
      if (inState('cold').length === 0) turnHotHand()
      const entry = coldHand ?? inState('cold')[0]!
      coldHand = next(entry, 'cold')
      if (!entry.referenced) {
        if (!entry.onTest) move(entry, false)
        else {
          entry.state = 'departed'
          while (sum(inState('departed')) > capacity) turnTestHand()
        }
        return
      }
      entry.referenced = false
      if (entry.onTest) becomeHot(entry)
      else {
        entry.onTest = true
        move(entry, true)
      }
    }
  }
  const resident = (id: number): Clocked | undefined =>
    clock.find(entry => entry.id === id && entry.state !== 'departed')
  return {
    ask(id, bytes) {
      const found = resident(id)
      if (found) {
        found.referenced = true
        return true
      }
      if (bytes > capacity) return false
      while (sum(inState('hot')) + sum(inState('cold')) + bytes > capacity) evict()
      const departed = clock.find(entry => entry.id === id)
      if (!departed) clock.push({ id, bytes, state: 'cold', onTest: true, referenced: false })
      else {
        departed.bytes = bytes
        coldTarget = Math.min(coldTarget + bytes, capacity)
        becomeHot(departed)
      }
      return false
    },
    purge(id) {
      const found = resident(id)
      if (found) move(found, false)
    },
    held: () => clock.filter(entry => entry.state !== 'departed').map(({ id }) => id),
  }
}

/** W-TinyLFU on three arrays, the oldest first; the sketch is the library's, since its errors decide contests. */
export const wTinyLfu: CreateOracle = ({ capacity }) => {
  const window: Known[] = []
  const probation: Known[] = []
  const guarded: Known[] = []
  const sketch = new FrequencySketch()
  const windowLimit = Math.max(1, Math.floor(capacity * 0.01))
  const mainLimit = capacity - windowLimit
  const all = (): Known[] => [...window, ...probation, ...guarded]
  const fits = (entry: Known): boolean => sum(probation) + sum(guarded) + entry.bytes <= mainLimit
  function evict(bytes: number): void {
    const candidate = window[0]
    const main = probation.length > 0 ? probation : guarded
    const victim = main[0]
    if (!candidate || (victim && sum(window) + bytes <= windowLimit)) {
      main.shift()
      return
    }
    if (!victim || sketch.estimate(candidate.id) <= sketch.estimate(victim.id)) {
      window.shift()
      return
    }
    main.shift()
    if (fits(candidate)) probation.push(window.shift()!)
  }
  return {
    ask(id, bytes) {
      sketch.add(id)
      if (has(window, id)) {
        window.push(take(window, id)!)
        return true
      }
      const found = take(probation, id) ?? take(guarded, id)
      if (found) {
        guarded.push(found)
        while (sum(guarded) > Math.floor(mainLimit * 0.8)) probation.push(guarded.shift()!)
        return true
      }
      if (bytes > capacity) return false
      while (sum(all()) + bytes > capacity) evict(bytes)
      window.push({ id, bytes, referenced: false })
      sketch.ensure(all().length)
      while (sum(window) > windowLimit && fits(window[0]!)) probation.push(window.shift()!)
      return false
    },
    purge(id) {
      take(window, id)
      take(probation, id)
      take(guarded, id)
    },
    held: () => all().map(({ id }) => id),
  }
}

// A CDN simulated in the obvious way: every hop of every ask and answer is an event of its own, in one list in order of time.
// Slow and plain on purpose; it shares no code with the engine, only the facts of the world.
import { createRandom } from '../../src/lib/random.ts'
import { oracles } from './index.ts'
import type { Oracle } from './oracle.ts'

/** The facts: all that two simulators of one world must agree on beforehand. */
export interface Facts {
  pops: { parent: number; isEdge: boolean; capacityBytes: number; policy: string; collapse: boolean }[]
  toParent: { oneWayMs: number; bytesPerMs: number }[]
  toOrigin: { oneWayMs: number; bytesPerMs: number }[]
  /** Round trip of place p to edge e. */
  rtt(place: number, edge: number): number
  requests: { atMs: number; id: number; place: number }[]
  objects: {
    bytes: number
    ttlMs: number
    swrMs: number
    sieMs: number
    isPass: boolean
    path: string
    versionAt(ms: number): number
  }[]
  thinkMs: number
  edgeThinkMs: number
  timeoutMs: number
  concurrency: number
  queue: number
  events: (
    | { atMs: number; type: 'pop-down' | 'pop-up'; pop: number }
    | { atMs: number; type: 'origin-down' | 'origin-up' }
    | { atMs: number; type: 'origin-slow'; factor: number }
    | { atMs: number; type: 'purge'; prefix: string; soft: boolean }
  )[]
}

export interface Course {
  /** What the edge's shelf said of each request; '' where no edge was alive. */
  verdicts: string[]
  edges: number[]
  /** How long each edge waited for others; NaN for an error. */
  waitsMs: number[]
  /** Of each tier (-1: origin), what was asked of it, in order of time: time, object, verdict. */
  asked: { at: number; ms: number; id: number; verdict: string }[]
  originBytes: number
}

interface Message {
  status: number
  bytes: number
  version: number
  ttlMs: number
  swrMs: number
  sieMs: number
}
interface Copy {
  bytes: number
  version: number
  freshMs: number
  staleMs: number
  errorMs: number
}
interface Fetch {
  id: number
  begunMs: number
  held: Copy | null
  waiters: ((message: Message, isFailure: boolean) => void)[]
  mayStore: boolean
  isOver: boolean
}
interface Node {
  /** Who is held, by the second implementation of the policy; it is asked on a hit, and when something is stored. */
  order: Oracle
  /** What is held, by id. */
  shelf: Map<number, Copy>
  newest: (Fetch | undefined)[]
  open: Fetch[]
}

const failure = (status: number): Message => ({ status, bytes: 0, version: -1, ttlMs: -1, swrMs: 0, sieMs: 0 })

/** Lets the world run its course. */
export function letItRun(facts: Facts): Course {
  const course: Course = { verdicts: [], edges: [], waitsMs: [], asked: [], originBytes: 0 }
  const agenda: { ms: number; order: number; what: () => void }[] = []
  let [now, order] = [0, 0]
  const plan = (ms: number, what: () => void): void => {
    let place = agenda.length
    while (place > 0 && agenda[place - 1]!.ms <= ms) place--
    agenda.splice(place, 0, { ms, order: order++, what })
  }
  const createOrder = (pop: number): Oracle => {
    const { policy, capacityBytes } = facts.pops[pop]!
    const context = { capacity: capacityBytes, random: createRandom(1), future: { nextUse: Number.POSITIVE_INFINITY } }
    return oracles[policy]!(context)
  }
  const nodes: Node[] = facts.pops.map((_, pop) => ({
    order: createOrder(pop),
    shelf: new Map(),
    newest: [],
    open: [],
  }))
  const isAlive = facts.pops.map(() => true)
  let [isOriginDown, slowness, busy] = [false, 1, 0]
  const line: (() => void)[] = []

  function askOrigin(id: number, held: number, back: (message: Message) => void): void {
    course.asked.push({ at: -1, ms: now, id, verdict: 'origin' })
    if (isOriginDown) {
      back(failure(502))
      return
    }
    const work = (): void => {
      busy++
      const object = facts.objects[id]!
      const version = object.versionAt(now)
      const status = held === version ? 304 : 200
      if (status === 200) course.originBytes += object.bytes
      const { bytes, isPass, ttlMs, swrMs, sieMs } = object
      plan(now + facts.thinkMs * slowness, () => {
        busy--
        line.shift()?.()
        back({ status, bytes, version, ttlMs: isPass ? -1 : ttlMs, swrMs, sieMs })
      })
    }
    if (busy < facts.concurrency) work()
    else if (line.length < facts.queue) line.push(work)
    else back(failure(503))
  }

  function askUp(pop: number, id: number, held: number, back: (message: Message) => void): void {
    const { parent } = facts.pops[pop]!
    const toOrigin = parent < 0 || !isAlive[parent]
    const leg = (toOrigin ? facts.toOrigin : facts.toParent)[pop]!
    const home = (message: Message): void => {
      const travelMs = message.status === 200 ? message.bytes / leg.bytesPerMs : 0
      plan(now + leg.oneWayMs + travelMs, () => back(message))
    }
    plan(now + leg.oneWayMs, () => (toOrigin ? askOrigin(id, held, home) : askTier(parent, id, held, home)))
  }

  function lookAt(pop: number, id: number): string {
    const node = nodes[pop]!
    const { shelf, newest } = node
    if (facts.objects[id]!.isPass) return 'pass'
    const copy = shelf.get(id)
    if (copy) askOrder(node, id, copy.bytes)
    if (copy && now < copy.freshMs) return 'hit'
    if (copy && now < copy.staleMs) return 'stale'
    if (facts.pops[pop]!.collapse && newest[id]) return 'join'
    return copy ? 'expired' : 'miss'
  }

  /** Tells the policy, and throws away what it holds no more. */
  function askOrder({ order, shelf }: Node, id: number, bytes: number): void {
    order.ask(id, bytes)
    const held = new Set(order.held())
    for (const other of [...shelf.keys()]) if (!held.has(other)) shelf.delete(other)
  }

  function shelfCopy(pop: number, id: number): Message {
    const copy = nodes[pop]!.shelf.get(id)!
    const left = (untilMs: number): number => Math.max(0, untilMs - Math.max(now, copy.freshMs))
    return {
      status: 200,
      bytes: copy.bytes,
      version: copy.version,
      ttlMs: Math.max(0, copy.freshMs - now),
      swrMs: left(copy.staleMs),
      sieMs: left(copy.errorMs),
    }
  }

  /** Sees to an ask by its verdict; `done` is called when the answer is at the PoP. */
  function serve(pop: number, id: number, verdict: string, done: (message: Message, isFailure: boolean) => void): void {
    const node = nodes[pop]!
    if (verdict === 'hit' || verdict === 'stale') {
      done(shelfCopy(pop, id), false)
      if (verdict === 'stale' && !node.newest[id]) fetch(pop, id, null)
    } else if (verdict === 'join') node.newest[id]!.waiters.push(done)
    else if (verdict === 'pass') {
      let isOver = false
      const end = (message: Message): void => {
        if (isOver) return
        isOver = true
        done(message, message.status >= 500)
      }
      askUp(pop, id, -1, end)
      plan(now + facts.timeoutMs, () => end(failure(504)))
    } else fetch(pop, id, done)
  }

  function fetch(pop: number, id: number, done: Fetch['waiters'][number] | null): void {
    const node = nodes[pop]!
    const copy = node.shelf.get(id)
    const waiters = done ? [done] : []
    const held = copy ? { ...copy } : null
    const own: Fetch = { id, begunMs: now, held, waiters, mayStore: true, isOver: false }
    node.newest[id] = own
    node.open.push(own)
    askUp(pop, id, held ? held.version : -1, message => land(pop, own, message))
    plan(now + facts.timeoutMs, () => land(pop, own, failure(504)))
  }

  function land(pop: number, own: Fetch, message: Message): void {
    if (own.isOver) return
    own.isOver = true
    const node = nodes[pop]!
    node.open.splice(node.open.indexOf(own), 1)
    if (node.newest[own.id] === own) node.newest[own.id] = undefined
    const isFailure = message.status >= 500
    const standIn = isFailure && own.held !== null && now < own.held.errorMs
    const answer: Message = standIn
      ? { ...failure(200), bytes: own.held!.bytes, version: own.held!.version }
      : isFailure
        ? message
        : { ...message, status: 200 }
    if (!isFailure && own.mayStore && message.ttlMs >= 0) put(pop, own.id, message)
    for (const waiter of own.waiters) waiter(answer, isFailure && !standIn)
  }

  function put(pop: number, id: number, { bytes, version, ttlMs, swrMs, sieMs }: Message): void {
    const node = nodes[pop]!
    const freshMs = now + ttlMs
    const copy = { bytes, version, freshMs, staleMs: freshMs + swrMs, errorMs: freshMs + sieMs }
    const isHeld = node.shelf.has(id)
    node.shelf.set(id, copy)
    if (!isHeld) askOrder(node, id, bytes)
  }

  function askTier(pop: number, id: number, held: number, back: (message: Message) => void): void {
    const verdict = lookAt(pop, id)
    course.asked.push({ at: pop, ms: now, id, verdict })
    serve(pop, id, verdict, message => {
      const isSame = message.status === 200 && held >= 0 && message.version === held
      plan(now + facts.edgeThinkMs, () => back(isSame ? { ...message, status: 304 } : message))
    })
  }

  function route(place: number): number {
    let best = -1
    facts.pops.forEach(({ isEdge }, edge) => {
      if (!isEdge || !isAlive[edge]) return
      if (best < 0 || facts.rtt(place, edge) < facts.rtt(place, best)) best = edge
    })
    return best
  }

  function happen(event: Facts['events'][number]): void {
    if (event.type === 'origin-down' || event.type === 'origin-up') isOriginDown = event.type === 'origin-down'
    else if (event.type === 'origin-slow') slowness = event.factor
    else if (event.type === 'purge') {
      const matches = (id: number): boolean => facts.objects[id]!.path.startsWith(event.prefix)
      for (const node of nodes) {
        for (const [id, copy] of [...node.shelf])
          if (!matches(id)) continue
          else if (event.soft) copy.freshMs = Math.min(copy.freshMs, now)
          else {
            node.shelf.delete(id)
            node.order.purge(id)
          }
        disown(node, matches)
      }
    } else if (event.type === 'pop-up' && !isAlive[event.pop]) {
      isAlive[event.pop] = true
      nodes[event.pop]!.shelf.clear()
      nodes[event.pop]!.order = createOrder(event.pop)
      disown(nodes[event.pop]!, () => true)
    } else if (event.type === 'pop-down') isAlive[event.pop] = false
  }

  function disown(node: Node, matches: (id: number) => boolean): void {
    for (const own of node.open)
      if (matches(own.id)) {
        own.mayStore = false
        if (node.newest[own.id] === own) node.newest[own.id] = undefined
      }
  }

  // The agenda holds the latest first, so that the next event is popped off its end. It is short: requests are put in one by one.
  const moments = [
    ...facts.events.map(event => ({ atMs: event.atMs, rank: 0, what: () => happen(event) })),
    ...facts.requests.map(({ atMs, id, place }, request) => ({
      atMs,
      rank: 1,
      what: () => {
        const edge = route(place)
        course.edges[request] = edge
        course.verdicts[request] = edge < 0 ? '' : lookAt(edge, id)
        course.waitsMs[request] = Number.NaN
        if (edge < 0) return
        serve(edge, id, course.verdicts[request]!, (_, isFailure) => {
          if (!isFailure) course.waitsMs[request] = now - atMs
        })
      },
    })),
  ].sort((a, b) => a.atMs - b.atMs || a.rank - b.rank)
  let next = 0
  while (next < moments.length || agenda.length > 0) {
    const due = agenda.at(-1)
    if (due && (next === moments.length || due.ms <= moments[next]!.atMs)) {
      agenda.pop()
      now = due.ms
      due.what()
    } else {
      now = moments[next]!.atMs
      moments[next++]!.what()
    }
  }
  return course
}

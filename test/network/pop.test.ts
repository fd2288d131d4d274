import { describe, expect, it } from 'vitest'
import { Verdict } from '../../src/cache/verdict.ts'
import { failureOf } from '../../src/network/ask.ts'
import { Outcome } from '../../src/network/flights.ts'
import type { Pop } from '../../src/network/pop.ts'
import { asked, createHand, createTestPop } from './world.ts'

/** Looks and, unless it is a hit, fetches; what landed is collected. */
function visit(pop: Pop, id: number, now: number) {
  const landed: { status: number; at: number; outcome: Outcome }[] = []
  const verdict = pop.look(id, now)
  if (verdict !== Verdict.hit)
    pop.fetch(id, now, verdict, ({ status }, then, outcome) => landed.push({ status, at: then, outcome }))
  return { verdict, landed }
}

const all = (): boolean => true

describe('a PoP', () => {
  it('lets others join a fetch, before and after its answer is known, until it arrives', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream)
    const first = visit(pop, 7, 0)
    const second = visit(pop, 7, 10)
    hand.answer(0, 100)
    const third = visit(pop, 7, 99)
    const fourth = visit(pop, 7, 100)
    expect([first, second, third, fourth].map(({ verdict }) => verdict)).toEqual([
      Verdict.miss,
      Verdict.join,
      Verdict.join,
      Verdict.hit,
    ])
    for (const { landed } of [first, second, third])
      expect(landed).toEqual([{ status: 200, at: 100, outcome: Outcome.fetched }])
    expect(hand.asks.length).toBe(1)
    expect(pop.totals).toMatchObject({ upstreamAsks: 1, upstreamBytes: 100 })
  })

  it('without collapsing sends every ask on, and each gets its own answer', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream, { collapse: false })
    const [first, second] = [visit(pop, 7, 0), visit(pop, 7, 10)]
    expect([first.verdict, second.verdict]).toEqual([Verdict.miss, Verdict.miss])
    expect(hand.asks.map(({ now }) => now)).toEqual([0, 10])
    hand.answer(1, 50)
    hand.answer(0, 90)
    expect([first.landed[0]!.at, second.landed[0]!.at]).toEqual([90, 50])
    // The second answer made it a hit; the first one only sets new dates when it comes.
    expect(visit(pop, 7, 60).verdict).toBe(Verdict.hit)
    expect(visit(pop, 7, 1089).verdict).toBe(Verdict.hit)
    expect(visit(pop, 7, 1090).verdict).toBe(Verdict.expired)
    expect(pop.cache.heldObjects).toBe(1)
  })

  it('does not store what was asked for before a purge, and lets nobody join it', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream)
    const before = visit(pop, 7, 0)
    pop.purge(id => id === 7, 20, false)
    const after = visit(pop, 7, 30)
    expect(after.verdict).toBe(Verdict.miss)
    hand.answer(0, 100)
    expect(before.landed).toEqual([{ status: 200, at: 100, outcome: Outcome.fetched }])
    expect(visit(pop, 7, 110).verdict).toBe(Verdict.join)
    hand.answer(1, 130)
    expect(visit(pop, 7, 130).verdict).toBe(Verdict.hit)
    expect(hand.asks.length).toBe(2)
  })

  it('leaves fetches of other objects alone when it purges', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream)
    visit(pop, 7, 0)
    pop.purge(id => id === 8, 20, false)
    hand.answer(0, 100)
    expect(visit(pop, 7, 100).verdict).toBe(Verdict.hit)
  })

  it('says why an object is not there: never seen, evicted, or purged', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream, {}, 1)
    const missed = (id: number, now: number): string => {
      expect(pop.look(id, now)).toBe(Verdict.miss)
      const reason = pop.reasonOf(id)
      pop.fetch(id, now, Verdict.miss, () => {})
      hand.answer(hand.asks.length - 1, now + 1)
      return reason
    }
    expect(missed(1, 0)).toBe('cold')
    expect(missed(2, 10)).toBe('cold')
    expect(missed(1, 20)).toBe('capacity')
    pop.purge(all, 30, false)
    expect(missed(1, 40)).toBe('purge')
    expect(missed(2, 50)).toBe('capacity')
    pop.restart()
    expect(missed(2, 60)).toBe('cold')
  })

  it('gives a fetch up after its time: 504, and what comes later is not stored', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream, { timeoutMs: 80 })
    const { landed } = visit(pop, 7, 0)
    hand.answer(0, 81)
    expect(landed).toEqual([{ status: 504, at: 80, outcome: Outcome.failed }])
    expect(visit(pop, 7, 100).verdict).toBe(Verdict.miss)
    expect(pop.totals).toMatchObject({ upstreamErrors: 1, upstreamBytes: 0, upstreamLateBytes: 100 })
  })

  it('stands in with what it held when the upstream fails, as long as it may', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream)
    visit(pop, 7, 0)
    hand.answer(0, 10, { staleIfErrorMs: 500 })
    const failed = (now: number) => {
      const { landed } = visit(pop, 7, now)
      hand.asks.at(-1)!.reply(failureOf(503), now + 1)
      return landed[0]!
    }
    expect(failed(1400)).toMatchObject({ status: 200, outcome: Outcome.staleIfError })
    expect(failed(1600)).toMatchObject({ status: 503, outcome: Outcome.failed })
  })

  it('serves a stale copy while one fetch refreshes it, which a 304 ends', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream)
    visit(pop, 7, 0)
    hand.answer(0, 10, { staleMs: 500, version: 4 })
    const stale = [visit(pop, 7, 1100), visit(pop, 7, 1150)]
    for (const { verdict, landed } of stale) {
      expect(verdict).toBe(Verdict.stale)
      expect(landed[0]!.outcome).toBe(Outcome.fetched)
    }
    expect(hand.asks.map(({ held }) => held)).toEqual([-1, 4])
    hand.answer(1, 1200, { status: 304, version: 4 })
    expect(visit(pop, 7, 1200).verdict).toBe(Verdict.hit)
  })

  it('answers another PoP with the lifetime that is left, and without a body to who holds the same', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream, { thinkMs: 3 })
    visit(pop, 7, 0)
    hand.answer(0, 10, { version: 2 })
    expect(asked(pop.ask, 7, 410)).toMatchObject([{ status: 200, bytes: 100, version: 2, ttlMs: 600, at: 413 }])
    expect(asked(pop.ask, 7, 410, 2)).toMatchObject([{ status: 304, at: 413 }])
    expect(pop.totals).toMatchObject({ asks: 2, askHits: 2, askBytes: 100, askHitBytes: 100 })
  })

  it('tells another PoP what is left of each lifetime, also of a stale copy', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream, { thinkMs: 3 })
    visit(pop, 7, 0)
    hand.answer(0, 10, { staleMs: 500, staleIfErrorMs: 800 })
    expect(asked(pop.ask, 7, 410)).toMatchObject([{ ttlMs: 600, staleMs: 500, staleIfErrorMs: 800 }])
    expect(asked(pop.ask, 7, 1110)).toMatchObject([
      { status: 200, ttlMs: 0, staleMs: 400, staleIfErrorMs: 700, at: 1113 },
    ])
    expect(asked(pop.ask, 7, 1120, 0)).toMatchObject([{ status: 304, at: 1123 }])
    expect(pop.totals).toMatchObject({ asks: 3, askHits: 1, askStale: 2, askJoins: 0, askBytes: 200, askHitBytes: 100 })
  })

  it('lets other PoPs join, and gives each what it does not hold', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream, { thinkMs: 3 })
    const answers = [-1, 2, 5, 5].map((held, number) => asked(pop.ask, 7, number, held))
    hand.answer(0, 100, { version: 2 })
    expect(answers.flat().map(({ status, at }) => [status, at])).toEqual([
      [200, 103],
      [304, 103],
      [200, 103],
      [200, 103],
    ])
    const failing = asked(pop.ask, 8, 200, 2)
    hand.answer(1, 210, { status: 404, version: 2 })
    expect(failing).toMatchObject([{ status: 404, at: 213 }])
    expect(pop.totals).toMatchObject({ asks: 5, askHits: 0, askStale: 0, askJoins: 3, askErrors: 1, askBytes: 300 })
    expect(pop.totals).toMatchObject({ upstreamAsks: 2, upstreamErrors: 1, upstreamBytes: 100 })
  })

  it('gives who waits for a revalidation the body that it held, with the new lifetime', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream)
    visit(pop, 7, 0)
    hand.answer(0, 10, { version: 3 })
    const { verdict, landed } = visit(pop, 7, 1010)
    const other = asked(pop.ask, 7, 1020)
    expect(verdict).toBe(Verdict.expired)
    hand.answer(1, 1030, { status: 304, version: 3 })
    expect(landed).toEqual([{ status: 200, at: 1030, outcome: Outcome.revalidated }])
    expect(other).toMatchObject([{ status: 200, bytes: 100, version: 3, ttlMs: 1000, at: 1030 }])
    expect([2029, 2030].map(now => pop.look(7, now))).toEqual([Verdict.hit, Verdict.expired])
    expect(pop.totals.upstreamBytes).toBe(100)
  })

  it('does not let another PoP store the copy that stands in', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream)
    visit(pop, 7, 0)
    hand.answer(0, 10, { version: 3, staleIfErrorMs: 500 })
    const answers = [-1, 3].map(held => asked(pop.ask, 7, 1100, held))
    hand.asks[1]!.reply(failureOf(502), 1110)
    expect(answers.flat().map(({ status, bytes, ttlMs }) => [status, bytes, ttlMs < 0])).toEqual([
      [200, 100, true],
      [304, 100, true],
    ])
  })

  it('sends on what must not be stored, each ask for itself, and gives it up after its time', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream, { isPass: id => id === 7, timeoutMs: 80 })
    const asks = [0, 1, 2, 3].map(now => visit(pop, 7, now))
    expect(asks.map(({ verdict }) => verdict)).toEqual(new Array(4).fill(Verdict.pass))
    hand.answer(0, 80)
    hand.answer(1, 81.5)
    hand.answer(2, 50, { status: 400 })
    hand.answer(3, 60, { status: 304 })
    expect(asks.map(({ landed }) => landed[0])).toEqual([
      { status: 200, at: 80, outcome: Outcome.fetched },
      { status: 504, at: 81, outcome: Outcome.failed },
      { status: 400, at: 50, outcome: Outcome.failed },
      { status: 304, at: 60, outcome: Outcome.fetched },
    ])
    expect(hand.asks.map(({ held }) => held)).toEqual([-1, -1, -1, -1])
    expect(pop.totals).toMatchObject({ upstreamAsks: 4, upstreamErrors: 2, upstreamBytes: 100, upstreamLateBytes: 100 })
    expect([pop.cache.heldObjects, pop.look(8, 100)]).toEqual([0, Verdict.miss])
  })

  it('takes what comes at its deadline, and stands in with a copy until its last moment', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream, { timeoutMs: 80 })
    const { landed } = visit(pop, 7, 0)
    hand.answer(0, 80, { staleIfErrorMs: 500 })
    expect(landed).toEqual([{ status: 200, at: 80, outcome: Outcome.fetched }])
    // The copy is fresh until 1080 and stands in until 1580.
    const failed = (now: number) => {
      const { landed } = visit(pop, 7, now - 0.5)
      hand.asks.at(-1)!.reply(failureOf(502), now)
      return landed[0]!.outcome
    }
    expect([failed(1579), failed(1580)]).toEqual([Outcome.staleIfError, Outcome.failed])
  })

  it('stores no failure, whatever lifetime it has, and nothing that must not be stored', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream)
    visit(pop, 7, 0)
    hand.answer(0, 10, { status: 404 })
    expect(visit(pop, 7, 20).verdict).toBe(Verdict.miss)
    hand.answer(1, 30, { ttlMs: -1 })
    expect(visit(pop, 7, 40).verdict).toBe(Verdict.miss)
    hand.answer(2, 50, { ttlMs: 0 })
    expect(visit(pop, 7, 60).verdict).toBe(Verdict.expired)
    expect(pop.totals).toMatchObject({ upstreamErrors: 1, upstreamBytes: 200 })
  })

  it('knows the version of each copy, also where one of an older version stood before', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream, {}, 1)
    const holds = (id: number, now: number, version: number) => {
      visit(pop, id, now)
      hand.answer(hand.asks.length - 1, now + 1, { version })
      return [-1, 0, 4].map(held => asked(pop.ask, id, now + 2, held)[0]!.status)
    }
    expect([holds(1, 0, 0), holds(2, 10, 4), holds(1, 20, 0)]).toEqual([
      [200, 304, 200],
      [200, 200, 304],
      [200, 304, 200],
    ])
  })

  it('purges softly: what matches is stale from now on, if it was not before', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream)
    const lifetimes = [1000, 30, 1000]
    lifetimes.forEach((ttlMs, id) => {
      visit(pop, id, 0)
      hand.answer(id, 10, { ttlMs, staleMs: 100, staleIfErrorMs: 200 })
    })
    pop.purge(id => id < 2, 60, true)
    expect([0, 1, 2].map(id => pop.look(id, 60))).toEqual([Verdict.stale, Verdict.stale, Verdict.hit])
    expect([0, 1].map(id => pop.look(id, 140))).toEqual([Verdict.stale, Verdict.expired])
    const dates = [0, 1, 2].map(id => {
      const slot = pop.cache.slotOf(id)
      return [pop.cache.freshUntil(slot), pop.cache.staleUntil(slot), pop.cache.errorUntil(id)]
    })
    expect(dates).toEqual([
      [60, 1110, 1210],
      [40, 140, 240],
      [1010, 1110, 1210],
    ])
  })

  it('purges only what matches', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream)
    for (const id of [1, 2]) visit(pop, id, 0)
    for (const number of [0, 1]) hand.answer(number, 10)
    pop.purge(id => id === 1, 20, false)
    expect([1, 2].map(id => pop.look(id, 30))).toEqual([Verdict.miss, Verdict.hit])
  })

  it('counts evictions on, and knows no version, after a restart', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream, {}, 1)
    const fetch = (id: number, now: number, version: number): void => {
      visit(pop, id, now)
      hand.answer(hand.asks.length - 1, now + 1, { version })
    }
    for (const id of [1, 2, 3]) fetch(id, 10 * id, 4)
    expect(pop.look(3, 40)).toBe(Verdict.hit)
    expect(pop.evictions).toBe(2)
    pop.restart()
    expect([pop.evictions, pop.cache.heldObjects]).toEqual([2, 0])
    for (const id of [1, 2]) fetch(id, 100 + 10 * id, 0)
    expect(pop.look(2, 140)).toBe(Verdict.hit)
    expect(pop.evictions).toBe(3)
    expect(asked(pop.ask, 2, 150, 0)).toMatchObject([{ status: 304, version: 0 }])
  })

  it('reads ahead without changing anything', () => {
    const hand = createHand()
    const pop = createTestPop(hand.upstream)
    pop.touch(Int32Array.of(1, 5, 1_000_000), 0, 3)
    expect(pop.reasonOf(1_000_000)).toBe('cold')
    expect([pop.cache.heldObjects, hand.asks.length]).toEqual([0, 0])
  })
})

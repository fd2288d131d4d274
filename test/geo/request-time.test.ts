import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytesPerMsOf,
  initialWindowBytes,
  lossBoundBytesPerMs,
  type Protocol,
  requestTime,
  roundsToFillPipe,
  slowStartMs,
  slowStartRounds,
} from '../../src/geo/request-time.ts'

describe('published figures', () => {
  it('64 KB at 56 ms with 40 ms of thinking: 264 ms anew, 96 ms on an open connection', () => {
    // Source: I. Grigorik, High Performance Browser Networking, chapter 2, Slow-Start.
    const conditions = { rttMs: 56, bytes: 64 * 1024, thinkMs: 40 }
    expect(requestTime({ ...conditions, protocol: 'tcp' }).lastByteMs).toBe(264)
    expect(requestTime({ ...conditions, protocol: 'reused' }).lastByteMs).toBe(96)
  })

  it.each([
    [1.6, 0.006, 44],
    [16, 0.007, 4],
    [48, 0.01, 1],
    [96, 0.014, 0.4],
  ])('a round trip of %d ms with a loss of %d carries about %d Mbit/s', (rttMs, loss, mbps) => {
    // Source: Nygren, Sitaraman, Sun: The Akamai Network, SIGOPS OSR 44(3), 2010, table 1. Its figures have one or two digits.
    expect(lossBoundBytesPerMs(rttMs, loss) / bytesPerMsOf(1)).toBeGreaterThan(mbps * 0.85)
    expect(lossBoundBytesPerMs(rttMs, loss) / bytesPerMsOf(1)).toBeLessThan(mbps * 1.2)
  })

  it('half of a round trip of 200 ms takes 300 ms from a first byte at 1,000 ms', () => {
    // Source: Chen, Sitaraman, Torres: End-User Mapping, SIGCOMM 2015, section 4.
    const firstByte = (rttMs: number): number =>
      requestTime({ protocol: 'tls13', rttMs, bytes: 0, thinkMs: 400 }).firstByteMs
    expect([firstByte(200), firstByte(100)]).toEqual([1000, 700])
  })

  it('a first visit over TLS 1.3 costs three round trips', () => {
    const firstByte = (rttMs: number): number => requestTime({ protocol: 'tls13', rttMs, bytes: 2000 }).firstByteMs
    expect([firstByte(160), firstByte(10)]).toEqual([480, 30])
  })
})

describe('worked examples', () => {
  const rows = readFileSync(new URL('request-time-examples.csv', import.meta.url), 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .slice(1)
    .map(line => line.split(','))

  it.each(rows.map(row => [row[0]!, row.slice(1).map(Number)] as const))('%s %j', (_name, numbers) => {
    const [bytes, rttMs, mbps, thinkMs, firstByteMs, lastByteMs] = numbers as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const time = requestTime({ protocol: 'tls13', rttMs, bytes, mbps, thinkMs })
    expect(Math.round(time.firstByteMs)).toBe(firstByteMs)
    expect(Math.abs(time.lastByteMs - lastByteMs)).toBeLessThan(0.0501)
  })

  it('are all there', () => expect(rows).toHaveLength(96))
})

describe('slow start', () => {
  it('counts windows as the closed form does, and as doubling windows one by one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), bytes => {
        let windows = 0
        for (let sent = 0; sent < bytes; windows++) sent += initialWindowBytes * 2 ** windows
        expect(slowStartRounds(bytes)).toBe(windows)
        const closedForm = Math.log2(bytes / initialWindowBytes + 1)
        expect(Math.abs(slowStartRounds(bytes) - Math.ceil(closedForm - 1e-9))).toBe(0)
      }),
    )
    expect([0, 1, 14_600, 14_601, 43_800, 43_801].map(slowStartRounds)).toEqual([0, 1, 1, 2, 2, 3])
  })

  it('ends where a window fills the pipe', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 1000, noNaN: true }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        (rttMs, rate) => {
          const rounds = roundsToFillPipe(rttMs, rate)
          expect((initialWindowBytes * 2 ** rounds) / rttMs).toBeGreaterThanOrEqual(rate * (1 - 1e-12))
          if (rounds > 0) expect((initialWindowBytes * 2 ** (rounds - 1)) / rttMs).toBeLessThan(rate)
        },
      ),
    )
  })

  it('is finite and takes no time at its limits', () => {
    const none = Number.POSITIVE_INFINITY
    expect([slowStartMs(0, 50, 1), slowStartMs(1e9, 0, none), slowStartMs(14_600, 80, none)]).toEqual([0, 0, 0])
    expect(slowStartMs(1460e6, 0, 100)).toBe(1460e4)
  })
})

describe('request time', () => {
  const protocols: Protocol[] = ['reused', 'quic-0rtt', 'quic', 'tls13', 'tls12']

  it('grows with every handshake round, with bytes, with loss, and falls with bandwidth', () => {
    const base = { protocol: 'tls13' as Protocol, rttMs: 80, bytes: 5e6, mbps: 50, thinkMs: 10, dnsMs: 20 }
    const last = (change: Partial<typeof base & { loss: number }>): number =>
      requestTime({ ...base, ...change }).lastByteMs
    const byProtocol = protocols.map(protocol => last({ protocol }))
    expect(byProtocol).toEqual([...byProtocol].sort((a, b) => a - b))
    expect(last({ bytes: 6e6 })).toBeGreaterThan(last({}))
    expect(last({ loss: 0.01 })).toBeGreaterThan(last({}))
    expect(last({ loss: 0.02 })).toBeGreaterThan(last({ loss: 0.01 }))
    expect(last({ mbps: 100 })).toBeLessThan(last({}))
  })

  it('tends to the loss bound on a long transfer', () => {
    const [rttMs, loss, bytes] = [96, 0.014, 1e9]
    const { firstByteMs, lastByteMs } = requestTime({ protocol: 'tls13', rttMs, bytes, mbps: 1000, loss })
    expect(bytes / (lastByteMs - firstByteMs) / lossBoundBytesPerMs(rttMs, loss)).toBeCloseTo(1, 2)
  })
})

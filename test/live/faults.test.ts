import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { get, handClock, httpOrigin, popBefore, raw, rawOrigin, until } from './rig.ts'

const fresh = 'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n'
const quick = { upstream: { headTimeoutMs: 150, bodyTimeoutMs: 150, connectTimeoutMs: 300 } }

describe('an origin that fails', () => {
  it('refuses: 502, nothing stored, hits go on', async () => {
    const origin = await rawOrigin((socket, head) => {
      if (head.includes('/held')) socket.end(`${fresh}Content-Length: 2\r\n\r\nok`)
    })
    const running = await popBefore(origin.url)
    await get(running, '/held')
    const dead = await popBefore(new URL('http://127.0.0.1:9'))
    expect((await get(dead, '/')).status).toBe(502)
    expect(dead.pop.shelf.objects).toBe(0)
    expect((await get(running, '/held')).fields['cache-status']).toContain('; hit')
  })

  it('never answers: 504', async () => {
    const origin = await rawOrigin(() => undefined)
    const running = await popBefore(origin.url, quick)
    const answer = await get(running, '/')
    expect(answer.status).toBe(504)
    expect(answer.fields['cache-control']).toBe('no-store')
    expect(running.pop.shelf.objects).toBe(0)
  })

  it('resets before the head: 502', async () => {
    const origin = await rawOrigin(socket => socket.resetAndDestroy())
    const running = await popBefore(origin.url)
    expect((await get(running, '/')).status).toBe(502)
    expect(origin.seen).toHaveLength(1)
  })

  it.each([
    ['resets in the middle of a body', `${fresh}Content-Length: 100\r\n\r\nhalf`, 'reset'],
    ['ends before its Content-Length', `${fresh}Content-Length: 100\r\n\r\nhalf`, 'end'],
    ['cuts a chunk', `${fresh}Transfer-Encoding: chunked\r\n\r\n64\r\nhalf`, 'end'],
    ['leaves out the last chunk', `${fresh}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`, 'end'],
    ['stalls in the middle of a body', `${fresh}Content-Length: 100\r\n\r\nhalf`, 'stall'],
    ['sends a malformed chunk', `${fresh}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n`, 'stall'],
  ])('%s: the client is cut, nothing is stored, it is counted', async (_, text, ending) => {
    const origin = await rawOrigin(socket => {
      socket.write(text)
      if (ending === 'reset') setTimeout(() => socket.resetAndDestroy(), 20)
      if (ending === 'end') setTimeout(() => socket.end(), 20)
    })
    const running = await popBefore(origin.url, quick)
    const answer = await get(running, '/')
    expect(answer.isCut).toBe(true)
    expect(running.pop.shelf.objects).toBe(0)
    expect(running.pop.counters.truncated).toBe(1)
    expect((await get(running, '/')).isCut).toBe(true)
    expect(origin.seen).toHaveLength(2)
  })

  it.each([
    [
      'Content-Length with Transfer-Encoding',
      `${fresh}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['two different lengths', `${fresh}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde`],
    ['a head that is none', 'HELLO\r\n\r\n'],
    ['a length that is no number', `${fresh}Content-Length: 4x\r\n\r\nabcd`],
  ])('%s: 502, the next request gets its own answer', async (_, text) => {
    const origin = await rawOrigin((socket, head) => {
      if (head.includes('/bad')) socket.write(text)
      else socket.write(`${fresh}Content-Length: 4\r\n\r\ngood`)
    })
    const running = await popBefore(origin.url, quick)
    expect((await get(running, '/bad')).status).toBe(502)
    expect((await get(running, '/good')).body).toBe('good')
    expect(running.pop.shelf.objects).toBe(1)
  })

  it('an extra response is nobody’s answer', async () => {
    const one = (text: string): string => `HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n${text}`
    const origin = await rawOrigin((socket, head) => {
      socket.write(head.includes('/first') ? one('1111') + one('evil') : one('2222'))
    })
    const running = await popBefore(origin.url)
    expect((await get(running, '/first')).body).toBe('1111')
    const second = await get(running, '/second')
    expect([second.body, second.status]).not.toContain('evil')
    expect((await get(running, '/third')).body).toBe('2222')
  })

  it('passes header bytes 0x80 to 0xFF and long fields as they are', async () => {
    const bytes = String.fromCharCode(...Array.from({ length: 128 }, (_, at) => 128 + at))
    const long = 'x'.repeat(20_000)
    const origin = await rawOrigin(socket => {
      socket.write(Buffer.from(`${fresh}X-Bytes: ${bytes}\r\nX-Long: ${long}\r\nContent-Length: 2\r\n\r\nok`, 'latin1'))
    })
    const running = await popBefore(origin.url)
    for (const round of ['miss', 'hit']) {
      const text = await raw(running.live.port, `GET /${round} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
      expect(text).toContain(`X-Bytes: ${bytes}\r\n`)
      expect(text).toContain(`X-Long: ${long}\r\n`)
    }
  })

  it('3,000 fields: passed whole', async () => {
    const many = Array.from({ length: 3000 }, (_, at) => `X-${at}: ${at}\r\n`).join('')
    const origin = await rawOrigin(socket => socket.write(`${fresh}${many}Content-Length: 2\r\n\r\nok`))
    const running = await popBefore(origin.url)
    const text = await raw(running.live.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(text.match(/^X-\d+: \d+\r$/gm) ?? text.startsWith('HTTP/1.1 502')).toHaveLength(3000)
  })

  it('a field that is too long: 502, never a throw', async () => {
    const origin = await rawOrigin(socket => socket.write(`${fresh}X: ${'x'.repeat(200_000)}\r\n\r\n`))
    const running = await popBefore(origin.url)
    expect((await get(running, '/')).status).toBe(502)
  })
})

describe('stale answers in an outage', () => {
  it('stale-if-error: 200 with Age within the window, an error after it', async () => {
    const clock = handClock()
    let isDown = false
    const origin = await httpOrigin((request, response) => {
      if (isDown && request.url === '/reset') request.socket.destroy()
      else if (isDown) response.writeHead(503).end()
      else response.writeHead(200, { 'Cache-Control': 'max-age=10, stale-if-error=60' }).end('body')
    })
    const running = await popBefore(origin.url, { pop: { now: clock.now } })
    await get(running, '/reset')
    await get(running, '/busy')
    isDown = true
    clock.pass(69)
    for (const path of ['/reset', '/busy']) {
      const answer = await get(running, path)
      expect([answer.status, answer.body, answer.fields.age]).toEqual([200, 'body', '69'])
      expect(answer.fields['cache-status']).toContain('detail=stale-if-error')
    }
    clock.pass(2)
    expect((await get(running, '/reset')).status).toBe(502)
    expect((await get(running, '/busy')).status).toBe(503)
  })
})

describe('clients that fail', () => {
  it('a client leaves in the middle: the fetch is finished for the shelf', async () => {
    const origin = await httpOrigin((_, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Length': 8 })
      response.write('half')
      setTimeout(() => response.end('half'), 60)
    })
    const running = await popBefore(origin.url)
    const client = connect(running.live.port, '127.0.0.1', () => client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
    client.once('data', () => client.destroy())
    await until(() => running.pop.shelf.objects === 1)
    expect((await get(running, '/', { headers: { host: 'a' } })).body).toBe('halfhalf')
    expect(origin.seen).toHaveLength(1)
  })

  it('or cancelled, where the setting says so', async () => {
    let isGone = false
    const origin = await httpOrigin((_, response) => {
      response.on('close', () => {
        isGone = !response.writableFinished
      })
      response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Length': 8 })
      response.write('half')
    })
    const running = await popBefore(origin.url, { pop: { finishesAbandoned: false } })
    const client = connect(running.live.port, '127.0.0.1', () => client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
    client.once('data', () => client.destroy())
    await until(() => isGone)
    expect(running.pop.shelf.objects).toBe(0)
  })

  it('slow heads and bodies get 408 or are closed', async () => {
    const origin = await httpOrigin((request, response) => {
      request.resume()
      request.on('end', () => response.end('ok'))
    })
    const limits = { headTimeoutMs: 200, requestTimeoutMs: 300, checkEveryMs: 50 }
    const running = await popBefore(origin.url, { limits })
    const head = raw(running.live.port, 'GET / HTTP/1.1\r\nHost: a\r\nX', 3000)
    const body = raw(running.live.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx', 3000)
    const startedAt = performance.now()
    expect((await head).startsWith('HTTP/1.1 408')).toBe(true)
    await body
    expect(performance.now() - startedAt).toBeLessThan(2500)
    expect((await get(running, '/')).status).toBe(200)
  })

  it('200 slow readers are closed, a healthy client is not kept waiting', async () => {
    const large = Buffer.alloc(8 * 1024 * 1024, 'x')
    const origin = await httpOrigin((request, response) => {
      const body = request.url === '/large' ? large : Buffer.from('ok')
      response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Length': body.length }).end(body)
    })
    const running = await popBefore(origin.url, { limits: { slowReaderMs: 300, checkEveryMs: 50 } })
    await get(running, '/large', { headers: { host: 'a' } })
    const readers = Array.from({ length: 200 }, () => {
      const socket = connect(running.live.port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.on('connect', () => {
        socket.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n')
        socket.pause()
      })
      return socket
    })
    await get(running, '/small')
    const startedAt = performance.now()
    expect((await get(running, '/small')).body).toBe('ok')
    expect(performance.now() - startedAt).toBeLessThan(1000)
    await until(() => running.pop.counters.slowClients === 200)
    for (const socket of readers) socket.destroy()
  })
})

describe('objects larger than the limit', () => {
  it('stream through with backpressure, memory bounded, unstored, the reason counted', async () => {
    const pieces = 200
    const piece = Buffer.alloc(1024 * 1024, 'x')
    let sent = 0
    const origin = await httpOrigin((_, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Length': pieces * piece.length })
      const more = (): void => {
        while (sent < pieces) {
          sent++
          if (!response.write(piece)) {
            response.once('drain', more)
            return
          }
        }
        response.end()
      }
      more()
    })
    const running = await popBefore(origin.url, { pop: { greatestObjectBytes: 10 * 1024 * 1024 } })
    const client = connect(running.live.port, '127.0.0.1', () => client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
    let got = 0
    client.on('data', chunk => {
      got += chunk.length
      if (sent < 40) client.pause()
    })
    await until(() => got > 0)
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(sent).toBeLessThan(40)
    sent += 40
    client.resume()
    await until(() => got > (pieces - 40) * piece.length, 15_000)
    client.destroy()
    expect(running.pop.shelf.objects).toBe(0)
    expect(running.pop.counters.tooLarge).toBe(1)
  })
})

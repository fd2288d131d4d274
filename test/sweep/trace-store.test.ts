import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTraceStore } from '../../src/sweep/trace-store.ts'

const content = 'a trace\n'
const hash = createHash('sha256').update(content).digest('hex')
const trace = { path: '/nowhere/t.csv', hash, bytes: content.length }

let folder = ''
let server: Server
let address = ''
const asked: string[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-store-'))
  mkdirSync(join(folder, 'deep'))
  writeFileSync(join(folder, 'other.csv'), 'A trace\n')
  server = createServer((request, response) => {
    asked.push(request.url!)
    if (request.url === '/good/t.csv' || request.url === `/hash/${hash}`) response.end(content)
    else if (request.url === `/bad/${hash}`) response.end('A trace\n')
    else if (request.url === '/bad/t.csv') response.end('x'.repeat(1e6))
    else response.writeHead(404).end()
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as { port: number }).port}`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

describe('trace store', () => {
  it('finds a trace in a folder by its content, whatever it is called there', async () => {
    await expect(createTraceStore([folder]).find(trace)).rejects.toThrow(
      /the trace t.csv .*nothing in .* has this content/,
    )
    writeFileSync(join(folder, 'deep', 'renamed.csv'), content)
    expect(await createTraceStore([folder]).find(trace)).toBe(join(folder, 'deep', 'renamed.csv'))
    await expect(createTraceStore([join(folder, 'none')]).find(trace)).rejects.toThrow('there is no such folder')
  })

  it('takes the path of the plan where it holds the same', async () => {
    const path = join(folder, 'planned.csv')
    writeFileSync(path, content)
    expect(await createTraceStore([]).find({ ...trace, path })).toBe(path)
    writeFileSync(path, 'B trace\n')
    await expect(createTraceStore([]).find({ ...trace, path })).rejects.toThrow('say where traces are with --traces')
  })

  it('fetches from an address by hash or name, once, and takes nothing that is different', async () => {
    const store = createTraceStore([`${address}/bad`, `${address}/none/`, `${address}/good`])
    const paths = await Promise.all([store.find(trace), store.find(trace)])
    expect(paths[0]).toBe(paths[1])
    expect(paths[0]).toMatch(/t\.csv$/)
    expect(readFileSync(paths[0]!, 'utf8')).toBe(content)
    const names = ['bad', 'none', 'good'].flatMap(place => [`/${place}/${hash}`, `/${place}/t.csv`])
    expect(asked).toEqual(names)
    store.close()
    expect(existsSync(dirname(paths[0]!))).toBe(false)
    const kept = createTraceStore([`${address}/hash`], join(folder, 'cache'))
    expect(await kept.find(trace)).toBe(join(folder, 'cache', hash, 'trace-t.csv'))
    kept.close()
    expect(await createTraceStore([`${address}/none`], join(folder, 'cache')).find(trace)).toContain('cache')
  })
})

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { openDataFolder } from '../../src/live/data-folder.ts'
import { until } from './rig.ts'

const program = join(import.meta.dirname, '../../dist/cli/main.js')
const folder = mkdtempSync(join(tmpdir(), 'cdnlab-data-'))
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(folder, { recursive: true }))

const scenario = (nodes: number): string => `
pops: [{id: PAR, at: Paris}]
traffic: {objects: 10, requests: 10}
origins: {site: {bucket: assets}}
behaviors: [{path: "*", origin: site, cache: {ttl: origin}}]
buckets: {assets: {from: ./site, nodes: ${nodes}, replicas: 2}}
tables: {things: {key: {id: S}, from: ./things.json}}
`

function write(): string {
  const at = mkdtempSync(join(folder, 'scenario-'))
  writeFileSync(join(at, 'three.yaml'), scenario(3))
  writeFileSync(join(at, 'four.yaml'), scenario(4))
  writeFileSync(join(at, 'things.json'), '[{"id": "one"}, {"id": "two"}]')
  mkdirSync(join(at, 'site'))
  for (const name of ['a.txt', 'b.txt']) writeFileSync(join(at, 'site', name), `first ${name}`)
  return at
}

/** `cdnlab serve` in a process of its own. */
function start(at: string, file: string) {
  const ports = ['--port', '0', '--pop-port', '0', '--control-port', '0', '--aws-port', '0']
  const words = ['serve', join(at, file), ...ports, '--data', join(at, 'data'), '--time-scale', '0']
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
  children.push(child)
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', text => {
    said += text
  })
  const ended = new Promise<number | string>(resolve => {
    child.on('exit', (code, signal) => resolve(code ?? String(signal)))
  })
  return { child, ended, said: () => said }
}

async function serve(at: string) {
  const running = start(at, 'three.yaml')
  await until(() => running.said().includes('Ctrl-C'), 20_000)
  const [, endpoint] = /AWS_ENDPOINT_URL=(\S+)/.exec(running.said())!
  const [, accessKeyId, secretAccessKey] = /AWS_ACCESS_KEY_ID=(\S+) AWS_SECRET_ACCESS_KEY=(\S+)/.exec(running.said())!
  const credentials = { accessKeyId: accessKeyId!, secretAccessKey: secretAccessKey! }
  const config = { endpoint: endpoint!, region: 'us-east-1', credentials, maxAttempts: 1 }
  return { ...running, s3: new S3Client({ ...config, forcePathStyle: true }), table: new DynamoDBClient(config) }
}

const put = (s3: S3Client, Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: 'assets', Key, Body }))
const item = (table: DynamoDBClient, id: string) =>
  table.send(new GetItemCommand({ TableName: 'things', Key: { id: { S: id } } }))

describe('a data folder', () => {
  it('has all that was answered as done after the process was killed, and is not filled again', async () => {
    const at = write()
    const first = await serve(at)
    await first.s3.send(new DeleteObjectCommand({ Bucket: 'assets', Key: 'b.txt' }))
    await first.table.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: 'one' }, n: { N: '2' } } }))
    const done: string[] = []
    for (let writer = 0; writer < 4; writer++)
      void (async () => {
        for (let turn = 0; ; turn++) {
          const id = `${writer}-${turn}`
          await Promise.all([
            put(first.s3, id, id),
            first.table.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: id } } })),
          ])
          done.push(id)
        }
      })().catch(() => undefined)
    await until(() => done.length >= 20, 20_000)
    first.child.kill('SIGKILL')
    expect(await first.ended).toBe('SIGKILL')

    const second = await serve(at)
    const { Contents } = await second.s3.send(new ListObjectsV2Command({ Bucket: 'assets' }))
    const keys = Contents!.map(({ Key }) => Key)
    expect(keys).toEqual(expect.arrayContaining(['a.txt', ...done]))
    expect(keys).not.toContain('b.txt')
    for (const id of done) expect((await item(second.table, id)).Item).toEqual({ id: { S: id } })
    expect((await item(second.table, 'one')).Item).toEqual({ id: { S: 'one' }, n: { N: '2' } })
    expect((await item(second.table, 'two')).Item).toEqual({ id: { S: 'two' } })
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(143)
  })

  it('belongs to one process and one scenario', async () => {
    const at = write()
    const first = await serve(at)
    const second = start(at, 'three.yaml')
    expect(await second.ended).toBe(2)
    expect(second.said()).toMatch(/another process .*--data/s)
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(143)
    const other = start(at, 'four.yaml')
    expect(await other.ended).toBe(2)
    expect(other.said()).toMatch(/3 nodes with 2 replicas; the scenario has 4 and 2/)
  })

  it('is left as it is when it holds something else', () => {
    const at = mkdtempSync(join(folder, 'other-'))
    writeFileSync(join(at, 'mine.txt'), 'mine')
    expect(() => openDataFolder(at, { nodes: 1, replicas: 1 })).toThrow(/holds something else/)
    writeFileSync(join(at, 'data.json'), '{"format": 2}')
    expect(() => openDataFolder(at, { nodes: 1, replicas: 1 })).toThrow(/data.json: .*this version/)
  })

  it('is filled again where the filling was cut off', () => {
    const at = mkdtempSync(join(folder, 'cut-'))
    const data = openDataFolder(at, { nodes: 3, replicas: 2 })
    data.noteFilled('bucket assets')
    const again = openDataFolder(at, { nodes: 3, replicas: 2 })
    expect([again.isFilled('bucket assets'), again.isFilled('table things')]).toEqual([true, false])
  })
})

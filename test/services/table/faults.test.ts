import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DescribeTableCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRoot } from '../../../src/services/identities.ts'
import { failureOf, type RunningTables, reader, startTables, thingsTable } from './real-client.ts'

let tables: RunningTables
let now = Date.now()
beforeAll(async () => {
  tables = await startTables({ isThrottled: () => true, now: () => now })
  await tables.client().send(thingsTable('things'))
})
afterAll(() => tables.close())
const TableName = 'things'
const put = (Item: object, identity?: Parameters<RunningTables['client']>[0]) =>
  failureOf(tables.client(identity).send(new PutItemCommand({ TableName, Item: Item as never })))
const raw = async (body: string | Buffer, headers: Record<string, string> = {}) => {
  const answer = await request(tables.url, {
    method: 'POST',
    body,
    headers: {
      'x-amz-target': 'DynamoDB_20120810.ListTables',
      'content-type': 'application/x-amz-json-1.0',
      ...headers,
    },
  })
  return { status: answer.statusCode, body: await answer.body.text() }
}

describe('what clients do wrong', () => {
  it('is told apart: forged signatures, unknown keys, no signature, an old one', async () => {
    expect((await put({ id: { S: 'x' } }, createRoot('AKIDROOT', 'guessed'))).name).toBe('InvalidSignatureException')
    expect((await put({ id: { S: 'x' } }, createRoot('AKIDNOBODY', 'x'))).name).toBe('UnrecognizedClientException')
    expect(await raw('{}')).toMatchObject({
      status: 400,
      body: expect.stringContaining('MissingAuthenticationTokenException'),
    })
    const late = tables.client(undefined, { systemClockOffset: -3_600_000 })
    now = Date.now()
    expect((await failureOf(late.send(new ListTablesCommand({})))).name).toBe('InvalidSignatureException')
  })

  it('is forbidden where `uses` does not allow it', async () => {
    const client = tables.client(reader)
    expect((await failureOf(client.send(new GetItemCommand({ TableName, Key: { id: { S: 'x' } } })))).name).toBe(
      'no failure',
    )
    const write = await put({ id: { S: 'x' } }, reader)
    expect([write.name, write.message]).toEqual([
      'AccessDeniedException',
      expect.stringContaining('dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/things'),
    ])
    expect((await failureOf(client.send(new ScanCommand({ TableName: 'others' })))).name).toBe('AccessDeniedException')
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(['things'])
  })

  it('is refused as documented: items too large, wrong keys, bad numbers, bad expressions', async () => {
    const cases: [item: object, message: string][] = [
      [{ id: { S: 'big' }, data: { S: 'x'.repeat(409_600) } }, 'Item size has exceeded the maximum allowed size'],
      [{ id: { N: '1' } }, 'Type mismatch for key id expected: S actual: N'],
      [{ other: { S: 'x' } }, 'Missing the key id in the item'],
      [{ id: { S: '' } }, 'cannot contain an empty string value'],
      [{ id: { S: 'x' }, n: { N: 'abc' } }, 'cannot be converted to a numeric value: abc'],
      [{ id: { S: 'x' }, n: { N: '1e200' } }, 'Number overflow'],
      [{ id: { S: 'x' }, s: { SS: ['a', 'a'] } }, 'contains duplicates'],
    ]
    for (const [item, message] of cases)
      expect(await put(item)).toMatchObject({ name: 'ValidationException', message: expect.stringContaining(message) })
    const filter = (FilterExpression: string) =>
      failureOf(
        tables
          .client()
          .send(new ScanCommand({ TableName, FilterExpression, ExpressionAttributeValues: { ':v': { N: '1' } } })),
      )
    for (const expression of [
      'a = ',
      'status = :v',
      'a = :other',
      '(((a = :v',
      'size(a)',
      `${'('.repeat(2000)}a = :v${')'.repeat(2000)}`,
      'NOT '.repeat(1000),
      'a = :v AND',
      '\u0000',
      `a${'[0]'.repeat(60)} = :v`,
    ])
      expect((await filter(expression)).name).toBe('ValidationException')
  })

  it('cannot break the service by malformed bodies, deep JSON or huge fields', async () => {
    let deep: object = { S: 'x' }
    for (let level = 0; level < 40; level++) deep = { L: [deep] }
    expect((await put({ id: { S: 'x' }, deep })).name).toBe('ValidationException')
    for (const body of ['', '{', '[]', 'null', '"x"', '[['.repeat(50_000)]) expect((await raw(body)).status).toBe(400)
    expect((await raw(Buffer.alloc(17 * 1024 * 1024, 32))).status).toBe(400)
    expect((await raw('{}', { 'x-amz-target': 'DynamoDB_20120810.NoSuchThing' })).status).toBe(400)
    expect((await raw('{}', { 'x-long': 'x'.repeat(20_000) })).status).toBe(431)
    const proto = JSON.parse('{"id":{"S":"proto"},"__proto__":{"S":"own"},"constructor":{"M":{"prototype":{"S":"x"}}}}')
    expect((await put(proto)).name).toBe('no failure')
    expect(({} as Record<string, unknown>).S).toBeUndefined()
    expect((await failureOf(tables.client().send(new ListTablesCommand({})))).name).toBe('no failure')
  })

  it('is throttled beyond what the table has, and served again later', async () => {
    const client = tables.client()
    await client.send(
      new UpdateTableCommand({
        TableName,
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
      }),
    )
    const write = () => put({ id: { S: 'x' }, data: { S: 'x'.repeat(100 * 1024 - 10) } })
    expect([(await write()).name, (await write()).name, (await write()).name]).toEqual([
      'no failure',
      'no failure',
      'no failure',
    ])
    expect((await write()).name).toBe('ProvisionedThroughputExceededException')
    now += 100_000
    expect((await put({ id: { S: 'x' } })).name).toBe('no failure')
    now = Date.now()
  })

  it('is rid of items whose time has come, and of no others', async () => {
    const client = tables.client()
    await client.send(thingsTable('fading'))
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: 'fading',
        TimeToLiveSpecification: { Enabled: true, AttributeName: 'until' },
      }),
    )
    const seconds = Math.floor(now / 1000)
    const items = {
      soon: { N: `${seconds + 5}` },
      later: { N: `${seconds + 500}` },
      text: { S: '1' },
      ancient: { N: '1' },
    }
    for (const [id, until] of Object.entries(items))
      await client.send(new PutItemCommand({ TableName: 'fading', Item: { id: { S: id }, until } }))
    const ids = async (): Promise<string[]> =>
      (await client.send(new ScanCommand({ TableName: 'fading' }))).Items!.map(({ id }) => id!.S!).sort()
    expect(await ids()).toEqual(['ancient', 'later', 'soon', 'text'])
    now += 200_000
    expect(await ids()).toEqual(['ancient', 'later', 'text'])
    now = Date.now()
  })

  it('has met no fault of its own', () => expect(tables.faults).toEqual([]))
})

describe('tables in a folder', () => {
  it('are there again after the end of the process, even after one in the middle of a write', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cdnlab-tables-'))
    const journal = join(folder, 'tables.journal')
    const open = () => startTables({ folder })
    let running = await open()
    await running.client().send(thingsTable('kept'))
    for (let n = 0; n < 20; n++)
      await running.client().send(new PutItemCommand({ TableName: 'kept', Item: { id: { S: `${n}` } } }))
    await running.client().send(
      new UpdateItemCommand({
        TableName: 'kept',
        Key: { id: { S: '0' } },
        UpdateExpression: 'SET a = :a',
        ExpressionAttributeValues: { ':a': { S: 'b' } },
      }),
    )
    const crashed = await readFile(journal)
    await running.close()
    for (const cut of [0, 2, 30]) {
      await writeFile(journal, crashed)
      await truncate(journal, crashed.length - cut)
      running = await open()
      const { Items } = await running.client().send(new ScanCommand({ TableName: 'kept' }))
      expect(Items).toHaveLength(20)
      expect(Items!.find(({ id }) => id!.S === '0')!.a?.S).toBe(cut === 0 ? 'b' : undefined)
      expect((await running.client().send(new DescribeTableCommand({ TableName: 'kept' }))).Table?.ItemCount).toBe(20)
      await running.close()
    }
    await rm(folder, { recursive: true })
  })
})

import {
  BatchWriteItemCommand, DeleteItemCommand, DescribeTimeToLiveCommand,GetItemCommand, ListTagsOfResourceCommand, PutItemCommand, QueryCommand, ScanCommand, TagResourceCommand, TransactGetItemsCommand, TransactWriteItemsCommand, UpdateItemCommand, UpdateTimeToLiveCommand, 
} from '@aws-sdk/client-dynamodb' // biome-ignore format: a list of names
import { QueryCommand as DocumentQuery, DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failureOf, type RunningTables, startTables, thingsTable } from './real-client.ts'

let tables: RunningTables
beforeAll(async () => {
  tables = await startTables()
  await tables.client().send(thingsTable('things'))
  await tables.client().send(thingsTable('events', true))
})
afterAll(() => tables.close())
const TableName = 'things'

describe('items through the unmodified SDK', () => {
  it('keeps every type as it came, numbers in normal form', async () => {
    const item = {
      id: { S: 'all' },
      n: { N: '1.50e2' },
      b: { B: new Uint8Array([0, 255]) },
      ss: { SS: ['b', 'a'] },
      ns: { NS: ['1', '2.0'] },
      m: { M: { __proto__x: { BOOL: true }, l: { L: [{ NULL: true }, { S: '' }] } } },
    }
    await tables.client().send(new PutItemCommand({ TableName, Item: item }))
    const { Item } = await tables
      .client()
      .send(new GetItemCommand({ TableName, Key: { id: { S: 'all' } }, ConsistentRead: true }))
    expect(Item).toEqual({ ...item, n: { N: '150' }, ns: { NS: ['1', '2'] } })
  })

  it('updates by expression and tells what changed', async () => {
    const update = (UpdateExpression: string, values: object, more: object = {}) =>
      tables.client().send(
        new UpdateItemCommand({
          TableName,
          Key: { id: { S: 'counter' } },
          UpdateExpression,
          ExpressionAttributeValues: values as never,
          ReturnValues: 'ALL_NEW',
          ...more,
        }),
      )
    await update('SET hits = if_not_exists(hits, :zero) + :one, people = :names', {
      ':zero': { N: '0' },
      ':one': { N: '0.1' },
      ':names': { L: [{ S: 'a' }] },
    })
    const { Attributes } = await update('SET hits = hits + :one, people = list_append(people, :more) ADD tags :tags', {
      ':one': { N: '0.2' },
      ':more': { L: [{ S: 'b' }] },
      ':tags': { SS: ['x'] },
    })
    expect(Attributes).toEqual({
      id: { S: 'counter' },
      hits: { N: '0.3' },
      people: { L: [{ S: 'a' }, { S: 'b' }] },
      tags: { SS: ['x'] },
    })
    const failed = await failureOf(
      update(
        'REMOVE people',
        {},
        { ConditionExpression: 'hits > :most', ExpressionAttributeValues: { ':most': { N: '5' } } },
      ),
    )
    expect(failed.name).toBe('ConditionalCheckFailedException')
  })

  it('queries a range in both directions and pages through it', async () => {
    const client = DynamoDBDocumentClient.from(tables.client())
    const times = [-5, -0.5, 0, 1e-7, 2, 10, 1e15]
    for (const at of times)
      await client.send(new PutCommand({ TableName: 'events', Item: { id: 'a', at, isOdd: at % 2 !== 0 } }))
    const query = (more: object) =>
      client.send(
        new DocumentQuery({
          TableName: 'events',
          KeyConditionExpression: 'id = :id',
          ExpressionAttributeValues: { ':id': 'a' },
          ...more,
        }),
      )
    expect((await query({})).Items!.map(({ at }) => at)).toEqual(times)
    expect((await query({ ScanIndexForward: false })).Items!.map(({ at }) => at)).toEqual([...times].reverse())
    const between = {
      KeyConditionExpression: 'id = :id AND #at BETWEEN :low AND :high',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':id': 'a', ':low': -0.5, ':high': 2 },
    }
    expect((await query(between)).Items!.map(({ at }) => at)).toEqual([-0.5, 0, 1e-7, 2])
    const paged: number[] = []
    let ExclusiveStartKey: Record<string, unknown> | undefined
    do {
      const page = await query({ Limit: 2, ExclusiveStartKey, ScanIndexForward: false })
      paged.push(...page.Items!.map(({ at }) => at as number))
      ExclusiveStartKey = page.LastEvaluatedKey
    } while (ExclusiveStartKey !== undefined)
    expect(paged).toEqual([...times].reverse())
    expect((await client.send(new GetCommand({ TableName: 'events', Key: { id: 'a', at: 1e15 } }))).Item).toMatchObject(
      { at: 1e15 },
    )
  })

  it('lives through a filter on an attribute that is not there', async () => {
    const { Count } = await tables.client().send(
      new ScanCommand({
        TableName,
        FilterExpression: 'nowhere > :n OR begins_with(nowhere, :s)',
        ExpressionAttributeValues: { ':n': { N: '1' }, ':s': { S: 'x' } },
      }),
    )
    expect(Count).toBe(0)
  })

  it('does a transaction as a whole or not at all, and once for a token', async () => {
    const client = tables.client()
    const put = (id: string, ConditionExpression?: string) => ({
      Put: { TableName, Item: { id: { S: id } }, ...(ConditionExpression && { ConditionExpression }) },
    })
    await client.send(new TransactWriteItemsCommand({ TransactItems: [put('t1'), put('t2')] }))
    const failed = (await failureOf(
      client.send(new TransactWriteItemsCommand({ TransactItems: [put('t3'), put('t1', 'attribute_not_exists(id)')] })),
    )) as { name: string; message: string; CancellationReasons?: { Code: string }[] }
    expect([failed.name, failed.CancellationReasons?.map(({ Code }) => Code)]).toEqual([
      'TransactionCanceledException',
      ['None', 'ConditionalCheckFailed'],
    ])
    const { Responses } = await client.send(
      new TransactGetItemsCommand({
        TransactItems: ['t1', 't3'].map(id => ({ Get: { TableName, Key: { id: { S: id } } } })),
      }),
    )
    expect(Responses!.map(({ Item }) => Item?.id?.S)).toEqual(['t1', undefined])
    const once = () =>
      client.send(
        new TransactWriteItemsCommand({
          ClientRequestToken: 'token',
          TransactItems: [
            {
              Update: {
                TableName,
                Key: { id: { S: 'once' } },
                UpdateExpression: 'ADD n :one',
                ExpressionAttributeValues: { ':one': { N: '1' } },
              },
            },
          ],
        }),
      )
    await once()
    await once()
    expect((await client.send(new GetItemCommand({ TableName, Key: { id: { S: 'once' } } }))).Item!.n).toEqual({
      N: '1',
    })
  })

  it('answers for tags and times to live', async () => {
    const client = tables.client()
    const ResourceArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/things'
    await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'a', Value: 'b' }] }))
    expect((await client.send(new ListTagsOfResourceCommand({ ResourceArn }))).Tags).toEqual([{ Key: 'a', Value: 'b' }])
    await client.send(
      new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'until' } }),
    )
    expect((await client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription).toEqual({
      TimeToLiveStatus: 'ENABLED',
      AttributeName: 'until',
    })
  })

  it('weighs what it reads and writes', async () => {
    const client = tables.client()
    const put = await client.send(
      new PutItemCommand({
        TableName,
        Item: { id: { S: 'heavy' }, data: { S: 'x'.repeat(5000) } },
        ReturnConsumedCapacity: 'TOTAL',
      }),
    )
    expect(put.ConsumedCapacity?.CapacityUnits).toBe(5)
    const get = (ConsistentRead: boolean) =>
      client.send(
        new GetItemCommand({ TableName, Key: { id: { S: 'heavy' } }, ConsistentRead, ReturnConsumedCapacity: 'TOTAL' }),
      )
    expect([
      (await get(true)).ConsumedCapacity?.CapacityUnits,
      (await get(false)).ConsumedCapacity?.CapacityUnits,
    ]).toEqual([2, 1])
  })

  it('deletes, and says what was there', async () => {
    const client = tables.client()
    await client.send(
      new BatchWriteItemCommand({
        RequestItems: { things: [{ PutRequest: { Item: { id: { S: 'gone' }, a: { S: 'b' } } } }] },
      }),
    )
    const remove = () =>
      client.send(new DeleteItemCommand({ TableName, Key: { id: { S: 'gone' } }, ReturnValues: 'ALL_OLD' }))
    expect((await remove()).Attributes).toEqual({ id: { S: 'gone' }, a: { S: 'b' } })
    expect((await remove()).Attributes).toBeUndefined()
  })

  it('scans every item once, whole or in segments', async () => {
    const client = tables.client()
    await client.send(thingsTable('many'))
    const ids = Array.from({ length: 100 }, (_, n) => `item ${n}`)
    for (let from = 0; from < 100; from += 25)
      await client.send(
        new BatchWriteItemCommand({
          RequestItems: { many: ids.slice(from, from + 25).map(id => ({ PutRequest: { Item: { id: { S: id } } } })) },
        }),
      )
    const seen: string[] = []
    for (let Segment = 0; Segment < 3; Segment++)
      seen.push(
        ...(await client.send(new ScanCommand({ TableName: 'many', Segment, TotalSegments: 3 }))).Items!.map(
          ({ id }) => id!.S!,
        ),
      )
    expect(seen.sort()).toEqual(ids.sort())
    const { Items } = await client.send(
      new QueryCommand({
        TableName: 'many',
        KeyConditionExpression: 'id = :id',
        ExpressionAttributeValues: { ':id': { S: 'item 7' } },
      }),
    )
    expect(Items).toHaveLength(1)
  })

  it('has met no fault of its own', () => expect(tables.faults).toEqual([]))
})

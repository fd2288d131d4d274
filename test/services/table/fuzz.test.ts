import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TableFailure } from '../../../src/services/table/failure.ts'
import { runOperation } from '../../../src/services/table/operations.ts'
import { type OperationName, shapes } from '../../../src/services/table/shapes.ts'
import { openTables } from '../../../src/services/table/tables.ts'
import { createRequestTokens } from '../../../src/services/table/transact-operations.ts'

const text = fc.oneof(
  fc.constantFrom(
    'things',
    'id',
    'at',
    'byAt',
    'a',
    ':v',
    '#n',
    '',
    'ALL_NEW',
    'ALL_OLD',
    'NONE',
    'COUNT',
    'HASH',
    'RANGE',
    'EQ',
    'IN',
    'BETWEEN',
    'PUT',
    'ADD',
    'S',
    'N',
  ),
  fc.string({ maxLength: 5 }),
)
const number = fc.oneof(
  fc.constantFrom('0', '1', '-1.5', '1e125', '1e-130', '9'.repeat(38)),
  fc.string({ maxLength: 4 }),
)
const { value } = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.record({ S: text }),
    fc.record({ N: number }),
    fc.record({ B: fc.constantFrom('', 'AAEC', 'x') }),
    fc.record({ NULL: fc.boolean() }),
    fc.record({ SS: fc.array(text, { maxLength: 3 }) }),
    fc.record({ NS: fc.array(number, { maxLength: 3 }) }),
    fc.record({ L: fc.array(tie('value'), { maxLength: 3 }) }),
    fc.record({ M: fc.dictionary(text, tie('value'), { maxKeys: 3 }) }),
  ),
}))
const attributes = fc.oneof(
  fc.record({ id: fc.record({ S: text }), at: fc.record({ N: number }) }),
  fc.dictionary(text, value, { maxKeys: 4 }),
)
const word = fc.constantFrom(
  'a',
  'b.c',
  'a[0]',
  'id',
  '#n',
  ':v',
  ':w',
  '(',
  ')',
  '=',
  '<>',
  '<',
  'AND',
  'OR',
  'NOT',
  'BETWEEN',
  'IN',
  ',',
  'size(a)',
  'contains(a, :v)',
  'attribute_exists(a)',
  'begins_with(a, :v)',
  'SET',
  'REMOVE',
  'ADD',
  'DELETE',
  '+',
  '-',
  'if_not_exists(a, :v)',
  'list_append(a, :w)',
  '.',
  '[1]',
)
const expression = fc.oneof(
  fc.array(word, { maxLength: 10 }).map(words => words.join(' ')),
  fc.constantFrom('SET a = :v', 'ADD a :v', 'REMOVE b.c', 'DELETE a :w', 'id = :v', 'id = :v AND at > :w', 'a = :v'),
)

/** A parameter of roughly the right kind: what a client could send by mistake. */
function parameter(name: string): fc.Arbitrary<unknown> {
  if (/Expression$/.test(name)) return expression
  if (name === 'ExpressionAttributeNames') return fc.constantFrom({ '#n': 'a' }, {}, { '#n': 'id', '#m': 'b' })
  if (name === 'ExpressionAttributeValues') return fc.record({ ':v': value, ':w': value }, { requiredKeys: [] })
  if (/^(?:Item|Key|ExclusiveStartKey)$/.test(name)) return attributes
  if (name === 'TableName') return fc.constantFrom('things', 'things', 'nothing')
  if (name === 'IndexName') return fc.constantFrom('byAt', 'none')
  return fc.oneof(
    fc.constantFrom(1, 2, true),
    fc.boolean(),
    text,
    fc.integer(),
    fc.array(attributes, { maxLength: 2 }),
    attributes,
    fc.jsonValue({ maxDepth: 2 }),
  )
}

const request = fc.constantFrom(...(Object.keys(shapes) as OperationName[])).chain(operation => {
  const required = Object.entries(shapes[operation])
    .filter(([name, shape]) => 'isRequired' in shape || /Expression|Key/.test(name))
    .map(([name]) => name)
  const fields = Object.fromEntries(Object.keys(shapes[operation]).map(name => [name, parameter(name)]))
  return fc.tuple(fc.constant(operation), fc.record(fields, { requiredKeys: required.slice(0, 3) }))
})

describe('requests that nobody would write', () => {
  it('are answered or refused, and never meet a fault of the service', async () => {
    const tables = await openTables()
    const tokens = createRequestTokens()
    const context = { tables, now: 0, allow: () => undefined, meter: () => undefined }
    let answered = 0
    const run = (operation: string, input: unknown): void => {
      try {
        runOperation(operation, structuredClone(input), context, tokens)
        answered++
      } catch (error) {
        if (!(error instanceof TableFailure)) throw new Error(`${operation} ${JSON.stringify(input)}`, { cause: error })
      }
    }
    const key = (AttributeName: string, KeyType: string) => ({ AttributeName, KeyType })
    const create = {
      TableName: 'things',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'at', AttributeType: 'N' },
      ],
      KeySchema: [key('id', 'HASH')],
      GlobalSecondaryIndexes: [
        { IndexName: 'byAt', KeySchema: [key('at', 'HASH')], Projection: { ProjectionType: 'KEYS_ONLY' } },
      ],
    }
    fc.assert(
      fc.property(fc.array(request, { maxLength: 30 }), requests => {
        if (!tables.has('things')) run('CreateTable', create)
        for (const [operation, input] of requests) run(operation, input)
      }),
      { numRuns: 300 },
    )
    expect(answered).toBeGreaterThan(100)
  })
})

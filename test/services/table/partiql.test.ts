import {
  BatchExecuteStatementCommand,
  ExecuteStatementCommand,
  ExecuteTransactionCommand,
} from '@aws-sdk/client-dynamodb'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TableFailure } from '../../../src/services/table/failure.ts'
import { parseStatement } from '../../../src/services/table/partiql.ts'
import { failureOf, type RunningTables, reader, startTables, thingsTable } from './real-client.ts'

let tables: RunningTables
beforeAll(async () => {
  tables = await startTables()
  await tables.client().send(thingsTable('things'))
})
afterAll(() => tables.close())

const execute = (Statement: string, ...Parameters: object[]) =>
  tables
    .client()
    .send(new ExecuteStatementCommand({ Statement, ...(Parameters.length > 0 && { Parameters: Parameters as never }) }))

describe('PartiQL through the unmodified SDK', () => {
  it('inserts, reads, changes and deletes', async () => {
    await execute(
      `INSERT INTO "things" VALUE {'id': 'it''s', 'n': 1, 'list': [1, 'two', TRUE, NULL], 'tags': <<'a', 'b'>>, 'map': {'deep': ?}}`,
      { S: 'down' },
    )
    expect((await failureOf(execute(`INSERT INTO "things" VALUE {'id': 'it''s'}`))).name).toBe('DuplicateItemException')
    const { Items } = await execute('SELECT id, map.deep FROM "things" WHERE id = ?', { S: "it's" })
    expect(Items).toEqual([{ id: { S: "it's" }, deep: { S: 'down' } }])
    const changed = await execute(
      `UPDATE things SET n = n + 1 SET "status" = 'new' REMOVE tags WHERE id = 'it''s' AND n = 1 RETURNING ALL NEW *`,
    )
    expect(changed.Items![0]).toMatchObject({ n: { N: '2' }, status: { S: 'new' } })
    expect(changed.Items![0]!.tags).toBeUndefined()
    expect(
      (
        await execute(
          `SELECT * FROM things WHERE n IN [2, 3] AND tags IS MISSING AND contains("list", 'two') AND id BETWEEN 'a' AND 'z'`,
        )
      ).Items,
    ).toHaveLength(1)
    expect((await failureOf(execute(`DELETE FROM things WHERE id = 'it''s' AND n = 7`))).name).toBe(
      'ConditionalCheckFailedException',
    )
    await execute(`DELETE FROM things WHERE id = 'it''s'`)
    expect((await execute('SELECT * FROM things')).Items).toEqual([])
  })

  it('does many at once, each for itself or together', async () => {
    const insert = (id: string) => ({ Statement: `INSERT INTO things VALUE {'id': '${id}'}` })
    const { Responses } = await tables.client().send(
      new BatchExecuteStatementCommand({
        Statements: [insert('one'), insert('one'), { Statement: `SELECT * FROM nowhere WHERE id = 'x'` }],
      }),
    )
    expect(Responses!.map(({ Error: failure }) => failure?.Code)).toEqual([
      undefined,
      'DuplicateItem',
      'ResourceNotFound',
    ])
    expect(
      (
        await failureOf(
          tables.client().send(new ExecuteTransactionCommand({ TransactStatements: [insert('two'), insert('one')] })),
        )
      ).name,
    ).toBe('TransactionCanceledException')
    expect((await execute('SELECT * FROM things')).Items).toEqual([{ id: { S: 'one' } }])
  })

  it('is refused where `uses` does not allow it, and where it is wrong', async () => {
    const write = tables
      .client(reader)
      .send(new ExecuteStatementCommand({ Statement: `DELETE FROM things WHERE id = 'one'` }))
    expect((await failureOf(write)).name).toBe('AccessDeniedException')
    for (const wrong of [
      'SELECTT',
      'SELECT * FROM',
      'DELETE FROM things',
      `UPDATE things SET n = 1 WHERE n = 1`,
      'SELECT * FROM things WHERE',
      `INSERT INTO things VALUE 'x'`,
      `SELECT * FROM things WHERE id = ?`,
    ])
      expect((await failureOf(execute(wrong))).name).toBe('ValidationException')
    expect(tables.faults).toEqual([])
  })

  it('is read or refused, whatever it is', () => {
    const word = fc.constantFrom(
      'SELECT',
      '*',
      'FROM',
      'things',
      '"t"',
      'WHERE',
      'id',
      '=',
      '?',
      "'x'",
      '1',
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '.',
      'IN',
      'IS',
      'NOT',
      'MISSING',
      'UPDATE',
      'SET',
      'REMOVE',
      'INSERT',
      'INTO',
      'VALUE',
      '<<',
      '>>',
      '(',
      ')',
      'RETURNING',
      'DELETE',
      'AND',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word, { maxLength: 15 }).map(words => words.join(' ')),
        ),
        text => {
          try {
            parseStatement(text, [{ S: 'x' }])
          } catch (error) {
            expect(error).toBeInstanceOf(TableFailure)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })
})

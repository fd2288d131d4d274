import { table } from '../../../scenarios/shop/fn/table.mjs'

const { GATE } = process.env

/** Looks something up. What the table throttles fails here. */
export async function quick({ pathParameters: { id } }) {
  await table('GetItem', { TableName: 'things', Key: { id: { S: id } } })
  return { statusCode: 200, body: id }
}

/** Waits until the test's clock has come so far. */
export async function slow({ pathParameters }) {
  await fetch(GATE)
  return { statusCode: 200, body: pathParameters.id }
}

import { table } from './table.mjs'

/** POST /api/orders/{id}: looks up what is ordered, and writes the order down. */
export async function create({ pathParameters, body }) {
  const { items } = JSON.parse(body)
  let total = 0
  for (const id of items) {
    const { Item } = await table('GetItem', {
      TableName: 'products',
      Key: { id: { S: String(id) } },
      ConsistentRead: true,
    })
    if (Item === undefined) return { statusCode: 404, body: JSON.stringify({ message: `no product ${id}` }) }
    total += Number(Item.price.N)
  }
  const order = {
    id: { S: pathParameters.id },
    items: { L: items.map(id => ({ S: String(id) })) },
    total: { N: total.toFixed(2) },
  }
  await table('PutItem', { TableName: 'orders', Item: order })
  return { statusCode: 201, body: JSON.stringify({ id: pathParameters.id, total: Number(total.toFixed(2)) }) }
}

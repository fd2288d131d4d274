import { table } from './table.mjs'

/** GET /api/products/{id}: one product of the table. */
export async function get({ pathParameters }) {
  const { Item } = await table('GetItem', { TableName: 'products', Key: { id: { S: pathParameters.id } } })
  if (Item === undefined) return { statusCode: 404, body: JSON.stringify({ message: 'no such product' }) }
  const body = JSON.stringify({
    id: Item.id.S,
    name: Item.name.S,
    price: Number(Item.price.N),
    picture: Item.picture.S,
  })
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body }
}

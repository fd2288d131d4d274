import { loadPrices } from '../files/atlas.ts'
import { sourcesNamed } from '../stats/cost-prices.ts'

/** A row for each price list of `config/prices.json`: what `cost` can name, how old it is, and how good its sources are. */
export function priceRows(): Record<string, string>[] {
  const { cdns, clouds, serverless, sources } = loadPrices()
  const rowsOf = (kind: string, lists: Record<string, { title: string; note: string }>) =>
    Object.entries(lists).map(([name, list]) => {
      const used = sourcesNamed(list).map(source => sources[source]!)
      return {
        name,
        kind,
        title: list.title,
        oldest: used.map(({ date }) => date).sort()[0] ?? '',
        basis: [...new Set(used.map(({ basis }) => basis))].join(', '),
        note: list.note,
      }
    })
  return [...rowsOf('CDN', cdns), ...rowsOf('cloud', clouds), ...rowsOf('functions', serverless)]
}

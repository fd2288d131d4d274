import type { ObjectId } from '../cache/policy.ts'
import { AliasTable } from '../lib/alias.ts'
import type { Random } from '../lib/random.ts'
import type { Spec } from '../lib/registry.ts'
import { sizeModels } from './sizes.ts'
import type { Catalog } from './traffic.ts'

export interface ObjectClass {
  name: string
  /** Share of the objects; shares add up to 1. */
  share: number
  sizes: Spec
  /** Path of its objects, with {id} in the place of the number; /NAME/{id} when left out. */
  path?: string
}

/**
 * A made-up catalogue: each object is dealt a class and, from the class's model, a size, whatever its popularity. Its path is that
 * of the class with its number, as in `/images/17`.
 */
export function createCatalog(count: number, classes: readonly ObjectClass[], random: Random): Catalog {
  const classOf = new Uint8Array(count)
  const bytesOf = new Float64Array(count)
  if (classes.length > 1) {
    const table = new AliasTable(classes.map(({ share }) => share))
    const draws = random.fork('classes')
    for (let id = 0; id < count; id++) classOf[id] = table.draw(draws)
  }
  const sizes = classes.map(({ name, sizes: spec }) => {
    const { definition, params } = sizeModels.choose(spec)
    return definition.create(random.fork(`sizes of ${name}`), params)
  })
  for (let id = 0; id < count; id++) bytesOf[id] = sizes[classOf[id]!]!()
  const paths = classes.map(({ name, path = `/${name}/{id}` }) => path.split('{id}') as [string, string])
  return {
    count,
    bytesOf,
    classOf,
    pathOf(id: ObjectId) {
      const [before, after] = paths[classOf[id]!]!
      return `${before}${id}${after}`
    },
  }
}

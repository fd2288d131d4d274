import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** The land of the world as TopoJSON, for the maps of pages. Source: world-atlas 2, from Natural Earth 1:110m (public domain). */
export function readLand(): string {
  return readFileSync(createRequire(import.meta.url).resolve('world-atlas/land-110m.json'), 'utf8')
}

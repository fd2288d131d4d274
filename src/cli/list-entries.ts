import { z } from 'zod'
import { coldStarts } from '../backend/cold-start.ts'
import { loadAtlas } from '../files/atlas.ts'
import { loadPlan } from '../files/load-plan.ts'
import { writeOut } from '../files/output.ts'
import { listShippedScenarios } from '../files/scenario-files.ts'
import { nameHint } from '../lib/nearest-name.ts'
import type { Definition } from '../lib/registry.ts'
import { UserError } from '../lib/user-error.ts'
import { scenarioKeys } from '../scenario/keys.ts'
import {
  admissions,
  arrivalModels,
  keepAlives,
  policies,
  popularities,
  routers,
  rttModels,
  sizeModels,
  traceFormats,
} from '../scenario/registries.ts'
import { costMetrics } from '../stats/cost.ts'
import { metrics } from '../stats/metrics.ts'
import { type Listable, type ListOptions, listable } from './list.ts'
import { priceRows } from './list-prices.ts'

/** A list as rows of named cells: what both the table and the JSON are made of. */
type Row = Record<string, string | number>

/** Prints one of the lists as a table or as JSON. Throws UserError for a kind or a name that is not there. */
export async function listEntries(kind: string, name: string | undefined, options: ListOptions): Promise<void> {
  if (!isListable(kind)) throw new UserError({ message: `nothing is called "${kind}"`, hint: nameHint(kind, listable) })
  let rows = await rowsOf(kind, name)
  if (name !== undefined && kind !== 'pops') {
    const found = rows.filter(row => row.name === name)
    if (found.length === 0)
      throw new UserError({
        message: `no ${kind} entry "${name}"`,
        hint: nameHint(
          name,
          rows.map(row => String(row.name)),
        ),
      })
    rows = found
  }
  await writeOut(
    options.json ? `${JSON.stringify(rows, null, 2)}\n` : options.markdown ? markdownOf(rows) : tableOf(rows),
  )
}

function isListable(kind: string): kind is Listable {
  return (listable as readonly string[]).includes(kind)
}

/** The rows of a list; `name` chooses a PoP map. */
export async function rowsOf(kind: Listable, name: string | undefined): Promise<Row[]> {
  switch (kind) {
    case 'policies':
      return definitionRows(policies.entries)
    case 'admissions':
      return definitionRows(admissions.entries)
    case 'routers':
      return definitionRows(routers.entries)
    case 'models':
      return definitionRows(rttModels.entries)
    case 'popularities':
      return definitionRows(popularities.entries)
    case 'sizes':
      return definitionRows(sizeModels.entries)
    case 'arrivals':
      return definitionRows(arrivalModels.entries)
    case 'formats':
      return definitionRows(traceFormats.entries)
    case 'keep-alives':
      return definitionRows(keepAlives.entries)
    case 'cold-starts':
      return coldStarts.map(({ name, title, initMs }) => ({
        name,
        title,
        ...Object.fromEntries(initMs.map(([share, ms]) => [`p${share * 100}`, ms])),
      }))
    case 'access':
      return Object.entries(loadAtlas().accessProfiles).map(([profile, { downMbps, loss, source }]) => ({
        name: profile,
        downMbps,
        loss,
        source,
      }))
    case 'pops':
      return name === undefined ? popMapRows() : popRows(name)
    case 'regions':
      return loadAtlas().regions.map(region => ({
        name: region.code,
        provider: region.provider,
        city: region.name,
        country: region.cc,
        lat: region.lat,
        lon: region.lon,
      }))
    case 'prices':
      return priceRows()
    case 'metrics':
      return [
        ...metrics.map(({ id, title, unit, doc }) => ({ name: id, title, unit: unit as string, doc })),
        ...costMetrics.map(({ id, title }) => ({ name: id, title, unit: 'USD', doc: 'where the scenario says cost' })),
      ]
    case 'scenarios':
      return scenarioRows()
    case 'keys':
      return scenarioKeys().map(({ key, type, default: preset, doc }) => ({
        name: key,
        value: type,
        default: preset,
        doc,
      }))
  }
}

function popMapRows(): Row[] {
  return [...loadAtlas().popMaps].map(([map, sites]) => ({
    name: map,
    pops: sites.length,
    countries: new Set(sites.map(({ cc }) => cc)).size,
  }))
}

function popRows(map: string): Row[] {
  const { popMaps } = loadAtlas()
  const sites = popMaps.get(map)
  if (!sites) throw new UserError({ message: `unknown PoP map "${map}"`, hint: nameHint(map, popMaps.keys()) })
  return sites.map(({ id, name, cc = '', lat, lon }) => ({ id, city: name, country: cc, lat, lon }))
}

async function scenarioRows(): Promise<Row[]> {
  const rows: Row[] = []
  for (const name of await listShippedScenarios()) rows.push({ name, title: (await loadPlan(name)).plan.title })
  return rows
}

/** Names, titles, parameters with their defaults, and sources of a registry's entries. */
function definitionRows(entries: readonly Definition[]): Row[] {
  return entries.map(({ name, title, source, params }) => ({ name, title, parameters: parametersOf(params), source }))
}

function parametersOf(params: Definition['params']): string {
  const schema = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' })
  return Object.entries(schema.properties ?? {})
    .map(([key, value]) => {
      const given = typeof value === 'object' ? value.default : undefined
      return given === undefined ? key : `${key}=${typeof given === 'object' ? JSON.stringify(given) : String(given)}`
    })
    .join(' ')
}

/** Columns side by side; the last one takes what it needs. */
function tableOf(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {})
  const widths = columns.map(column => Math.max(column.length, ...rows.map(row => String(row[column]).length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index === columns.length - 1 ? cell : cell.padEnd(widths[index]!)))
      .join('  ')
      .trimEnd()
  return `${[columns, ...rows.map(row => columns.map(column => String(row[column])))].map(line).join('\n')}\n`
}

/** The rows as a Markdown table. */
export function markdownOf(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {})
  const line = (cells: readonly unknown[]): string =>
    `| ${cells.map(cell => String(cell).replaceAll('|', '\\|')).join(' | ')} |\n`
  const rule = `|${'---|'.repeat(columns.length)}\n`
  return line(columns) + rule + rows.map(row => line(columns.map(column => row[column]))).join('')
}

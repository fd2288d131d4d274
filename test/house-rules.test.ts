import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const src = join(root, 'src')
const rooms = [
  'lib', 'geo', 'cache', 'policies', 'kernels', 'network', 'backend', 'traffic', 'stats', 'scenario', 'sim',
  'report', 'files', 'services', 'live', 'sweep', 'cli',
] // biome-ignore format: the row of rooms reads best in a row
const lastPureRoom = rooms.indexOf('report')

const sources = (readdirSync(src, { recursive: true }) as string[])
  .filter(path => path.endsWith('.ts') && !path.startsWith(join('kernels', 'assembly')))
  .map(path => ({ path, room: path.split('/')[0]!, text: readFileSync(join(src, path), 'utf8') }))

function importsOf(source: { path: string; text: string }): string[] {
  return [...source.text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(match => match[1]!)
}

describe('house rules', () => {
  it('finds the house', () => expect(sources.length).toBeGreaterThan(10))

  it('lets a room import only from itself and the rooms before it', () => {
    const broken: string[] = []
    for (const source of sources) {
      const here = rooms.indexOf(source.room)
      for (const specifier of importsOf(source).filter(name => name.startsWith('.'))) {
        const target = relative(src, resolve(src, dirname(source.path), specifier)).split('/')[0]!
        const there = rooms.indexOf(target)
        if (source.room === 'lab' ? there > lastPureRoom : here >= 0 && (there < 0 || there > here))
          broken.push(`${source.path} -> ${specifier}`)
      }
    }
    expect(broken).toEqual([])
  })

  it('has no circle of files that need each other to load', () => {
    const needs = new Map(
      sources.map(({ path, text }) => {
        const loaded = [...text.matchAll(/^(?:import|export) (?!type )([^'\n]*?|\{[^}]*\}) from '(\.[^']+)'/gm)].filter(
          ([, names]) => !/^\{(\s*type [^,}]+,?)+\s*\}$/.test(names!),
        )
        return [path, loaded.map(([, , specifier]) => relative(src, resolve(src, dirname(path), specifier!)))]
      }),
    )
    const circles: string[] = []
    const done = new Set<string>()
    const follow = (path: string, before: readonly string[]): void => {
      if (before.includes(path)) circles.push([...before.slice(before.indexOf(path)), path].join(' -> '))
      if (before.includes(path) || done.has(path)) return
      for (const next of needs.get(path) ?? []) follow(next, [...before, path])
      done.add(path)
    }
    for (const path of needs.keys()) follow(path, [])
    expect(circles).toEqual([])
  })

  it('keeps clocks, dice, sockets and files out of the pure rooms', () => {
    const broken: string[] = []
    for (const source of sources.filter(
      ({ room }) => rooms.indexOf(room) >= 0 && rooms.indexOf(room) <= lastPureRoom,
    )) {
      if (/Math\.random|Date\.now|new Date\(\)|performance\.now|\bprocess\.\w|setTimeout|setInterval/.test(source.text))
        broken.push(source.path)
      if (importsOf(source).some(name => name.startsWith('node:') || name === 'undici')) broken.push(source.path)
    }
    expect(broken).toEqual([])
  })

  it('has no file above 300 lines without a reason in its first line', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 301 && !/^\/\/ long: /.test(text))
    expect(long.map(({ path, text }) => `${path} ${text.split('\n').length}`)).toEqual([])
  })

  it('has no default export and no escape from the type checker', () => {
    const broken = sources.filter(({ text }) => /^export default|\bas any\b|@ts-ignore|@ts-nocheck/m.test(text))
    expect(broken.map(({ path }) => path)).toEqual([])
  })

  it('has no other folder at the top', () => {
    const folders = readdirSync(root).filter(name => statSync(join(root, name)).isDirectory())
    const allowed = ['.ci', '.git', 'bench', 'config', 'dist', 'node_modules', 'scenarios', 'src', 'test']
    expect(folders.filter(name => !allowed.includes(name))).toEqual([])
  })
})

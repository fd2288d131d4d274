import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UserError } from '../lib/user-error.ts'
import type { Extensions } from '../scenario/extend.ts'

/** What a plugin exports as `plugin`: what it brings, or a function that is given the building blocks and returns that. */
export type Plugin = Extensions | ((api: PluginApi) => Extensions)

/** The building blocks that a plugin is given: what this package exports for policies, routers and models. */
export type PluginApi = typeof import('../scenario/plugin-api.ts')

/** Names the plugins to the worker threads too, which load them for themselves. */
const variable = 'CDNLAB_PLUGINS'
const loaded = new Set<string>()

/** Takes the `--plugin FILE` options out of the program's words and puts their files onto the list. Throws UserError. */
export function takePluginOptions(words: readonly string[]): string[] {
  const left: string[] = []
  const files: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    if (word === '--plugin') {
      const file = words[++at]
      if (file === undefined)
        throw new UserError({ message: '--plugin needs a file', hint: '--plugin ./my-policy.mjs' })
      files.push(file)
    } else if (word.startsWith('--plugin=')) files.push(word.slice('--plugin='.length))
    else left.push(word)
  }
  if (files.length > 0) process.env[variable] = [...listed(), ...files.map(file => resolve(file))].join(delimiter)
  return left
}

/** SHA-256 over all plugins in hex, or undefined without any: results made with them are not those made without. */
export function hashPlugins(): string | undefined {
  const files = listed()
  if (files.length === 0) return undefined
  const hash = createHash('sha256')
  for (const file of files) hash.update(readPlugin(file))
  return hash.digest('hex')
}

function readPlugin(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new UserError({ message: `cannot read the plugin ${file}: ${(error as NodeJS.ErrnoException).code}` })
  }
}

/** Loads each plugin of the list once in this thread. Throws UserError with the plugin's name. */
export async function loadPlugins(): Promise<void> {
  for (const file of listed()) {
    if (loaded.has(file)) continue
    loaded.add(file)
    await loadPlugin(file)
  }
}

function listed(): string[] {
  return (process.env[variable] ?? '').split(delimiter).filter(file => file !== '')
}

async function loadPlugin(file: string): Promise<void> {
  const fail = (why: string): UserError => new UserError({ message: `plugin ${file}: ${why}` })
  readPlugin(file)
  let plugin: unknown
  try {
    const module = (await import(pathToFileURL(file).href)) as { plugin?: unknown }
    plugin = module.plugin
    if (typeof plugin === 'function')
      plugin = (plugin as (api: unknown) => unknown)(await import('../scenario/plugin-api.ts'))
  } catch (error) {
    throw fail(error instanceof Error ? error.message.split('\n')[0]! : String(error))
  }
  if (typeof plugin !== 'object' || plugin === null)
    throw fail('it exports no `plugin`: lists of definitions, or a function that returns them')
  const { extend } = await import('../scenario/extend.ts')
  extend(plugin as Extensions, `plugin ${file}`)
}

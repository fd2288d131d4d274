import { readFileSync } from 'node:fs'
import { hashPlugins } from './plugins.ts'

/** The version of this program, from its package; with plugins also a mark of them, as SemVer 2.0.0, 10 has it: `0.1.0+plugins.1f3a90cc`. */
export function readVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const plugins = hashPlugins()
  return plugins === undefined ? manifest.version : `${manifest.version}+plugins.${plugins.slice(0, 8)}`
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { schemaText } from '../../src/cli/check-scenarios.ts'
import { markdownOf, rowsOf } from '../../src/cli/list-entries.ts'
import { listShippedScenarios } from '../../src/files/scenario-files.ts'
import { scenarioKeys } from '../../src/scenario/keys.ts'

const root = join(import.meta.dirname, '..', '..')
const readText = (path: string): string => readFileSync(join(root, path), 'utf8')

describe('what is written about scenarios', () => {
  it('has the schema that the code has (cdnlab check --schema > config/scenario.schema.json)', () => {
    expect(readText('config/scenario.schema.json')).toBe(schemaText())
  })

  it('names every key in the README (cdnlab list keys --markdown)', async () => {
    expect(readText('scenarios/README.md')).toContain(markdownOf(await rowsOf('keys', undefined)))
  })

  it('names every scenario in the README (cdnlab list scenarios --markdown)', async () => {
    expect(readText('scenarios/README.md')).toContain(markdownOf(await rowsOf('scenarios', undefined)))
  })

  it('describes every key', () => {
    expect(scenarioKeys().filter(({ doc }) => doc === '')).toEqual([])
  })

  it("lets editors find the schema from each scenario's first line", async () => {
    for (const name of await listShippedScenarios())
      expect(readText(`scenarios/${name}.yaml`).split('\n')[0]).toBe(
        '# yaml-language-server: $schema=../config/scenario.schema.json',
      )
  })
})

import { hashTraces } from '../files/hash-file.ts'
import { checkOutputFile, writeOutput } from '../files/output.ts'
import { UserError } from '../lib/user-error.ts'
import type { CompareResult } from '../report/compare.ts'
import { compareCsv, compareJson, compareMarkdown } from '../report/compare-formats.ts'
import { compareText } from '../report/compare-text.ts'
import { compareTraces } from '../sweep/compare-traces.ts'
import type { CompareOptions } from './compare.ts'
import { colorLevel, createProgress, type Progress, terminalWidth } from './terminal.ts'

type Options = CompareOptions & { color?: boolean }

/** Compares policies on traces and writes the result. Throws UserError; sets exit code 1 when a cell failed. */
export async function writeComparison(names: readonly string[], options: Options): Promise<void> {
  if ([options.json, options.csv, options.markdown].filter(Boolean).length > 1)
    throw new UserError('--json, --csv and --markdown are three formats: choose one')
  const output = options.output ?? '-'
  if (output !== '-') checkOutputFile(output)
  if (options.html !== undefined) checkOutputFile(options.html)
  const result = await compareWithProgress(names, options)
  if (options.html !== undefined) await writePage(options.html, await withTraces(result, names))
  await writeOutput(output, textOf(result, options, output !== '-'))
}

async function compareWithProgress(names: readonly string[], options: Options): Promise<CompareResult> {
  let bar: Promise<Progress> | undefined
  try {
    return await compareTraces(names, options, (done, cells) => {
      bar ??= createProgress('comparing', cells, options)
      void bar.then(progress => progress.update(done))
    })
  } finally {
    await bar?.then(progress => progress.stop())
  }
}

/** A page says which bytes it is of: reading them again is cheap beside the pictures. */
async function withTraces(result: CompareResult, names: readonly string[]): Promise<CompareResult> {
  return { ...result, manifest: { ...result.manifest, traceHash: await hashTraces(names) } }
}

async function writePage(path: string, result: CompareResult): Promise<void> {
  const { compareHtml } = await import('../report/html/compare-page.ts')
  await writeOutput(path, compareHtml(result))
  process.stderr.write(`written to ${path}\n`)
}

function textOf(result: CompareResult, { json, csv, markdown, color = true }: Options, isFile: boolean): string {
  if (json) return compareJson(result)
  if (csv) return compareCsv(result)
  if (markdown) return compareMarkdown(result)
  return compareText(result, { width: terminalWidth(), colors: isFile ? 0 : colorLevel({ color }) })
}

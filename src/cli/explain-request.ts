import { loadPlan } from '../files/load-plan.ts'
import { writeOut } from '../files/output.ts'
import { openTraceSource } from '../files/trace-source.ts'
import { printWarnings } from '../files/warnings.ts'
import { UserError } from '../lib/user-error.ts'
import { explainText } from '../report/explain-text.ts'
import { explainRequest, type Story } from '../sim/explain.ts'
import type { ExplainOptions } from './explain.ts'
import { colorLevel, createProgress, terminalWidth } from './terminal.ts'

/** Prints the story of one request of a scenario. Throws UserError. */
export async function explainScenario(name: string, options: ExplainOptions): Promise<void> {
  const request = Number(options.request)
  if (!/^\d+$/.test(options.request) || !Number.isSafeInteger(request))
    throw new UserError({ message: `--request ${options.request}: a request is a whole number, from 0` })
  const { plan, atlas, warnings, tracePath } = await loadPlan(name, options)
  printWarnings(warnings)
  const trace = tracePath === undefined ? null : await openTraceSource(plan, tracePath, printWarnings)
  const progress = await createProgress('running up to it', 1, options)
  let story: Story
  try {
    story = explainRequest(plan, atlas, request, trace, (done, expected) => progress.update(done / expected))
  } finally {
    progress.stop()
  }
  await writeOut(
    options.json
      ? `${JSON.stringify(story, null, 2)}\n`
      : explainText(story, { width: terminalWidth(), colors: colorLevel(options) }),
  )
}

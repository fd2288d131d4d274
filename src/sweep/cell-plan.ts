import { loadAtlas, shippedPrices } from '../files/atlas.ts'
import { readScenario } from '../scenario/parse.ts'
import type { Plan } from '../scenario/plan.ts'
import { planOf } from '../scenario/plan-of.ts'
import { parsePrices } from '../stats/cost-prices.ts'
import type { CellTask } from './cell-task.ts'

/** The plan of a cell, in whatever thread or machine it runs. Throws UserError. */
export function planOfCell({ text, file, overrides, prices }: CellTask): Plan {
  const parsed = readScenario(text, file, overrides)
  return planOf(parsed, loadAtlas(), prices ? parsePrices(prices.text, prices.file) : shippedPrices(parsed)).plan
}

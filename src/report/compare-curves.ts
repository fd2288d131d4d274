import type { CompareResult, CompareRow } from './compare.ts'
import { inertText } from './inert.ts'
import { ratioChart } from './mrc.ts'

const fewestSizes = 3
const mostCurves = 6

/** Miss ratios over the sizes of one trace, where three sizes or more were asked for: a chart, and its lines from above to below. */
export function curveLines({ traces, rows }: CompareResult, width: number): string[] {
  return traces.flatMap(({ name }) => {
    const own = rows.filter(({ trace }) => trace === name)
    const sizes = [...new Set(own.map(({ size }) => size))].sort((a, b) => a - b)
    if (sizes.length < fewestSizes) return []
    const curves = [...new Set(own.map(({ policy }) => policy))].slice(0, mostCurves).map(policy => ({
      policy,
      ratios: ratiosOf(
        own.filter(row => row.policy === policy),
        sizes,
      ),
    }))
    const first = Math.floor((sizes.length - 1) / 2)
    const order = [...curves].sort((a, b) => b.ratios[first]! - a.ratios[first]!)
    return [
      '',
      `${inertText(name)}: miss ratio over the sizes, smallest at the left, each as wide as the next`,
      ...ratioChart(
        curves.map(({ ratios }) => ratios),
        width,
      ).split('\n'),
      `in the middle, from above: ${order.map(({ policy }) => inertText(policy)).join(', ')}`,
    ]
  })
}

function ratiosOf(rows: readonly CompareRow[], sizes: readonly number[]): number[] {
  return sizes.map(size => rows.find(row => row.size === size)!.missRatio)
}

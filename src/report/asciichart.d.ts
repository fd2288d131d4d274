/** What is used of asciichart, which has no types of its own. */
declare module 'asciichart' {
  interface PlotOptions {
    height?: number
    min?: number
    max?: number
    format?: (value: number) => string
  }
  const asciichart: { plot(series: readonly (readonly number[])[], options?: PlotOptions): string }
  export = asciichart
}

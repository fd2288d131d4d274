/** Gathers the values of an option that may be given again; for commander's `option`. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value]
}

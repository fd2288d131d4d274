// `npm run bench -- engine|live|policies ... [options]`: runs benchmarks by name; without a name it lists them. `--report FILE` runs
// all that end by themselves and writes a page.
const benches: Record<string, () => Promise<{ run(words: readonly string[]): Promise<void> | void }>> = {
  engine: () => import('./engine.ts'),
  live: () => import('./live.ts'),
  lab: () => import('./lab.ts'),
  policies: () => import('./policies.ts'),
  traces: () => import('./traces.ts'),
  logs: () => import('./logs.ts'),
  soak: () => import('./soak.ts'),
}

const [name, ...words] = process.argv.slice(2)
const [file, ...rest] = words
const load = name === undefined ? undefined : benches[name]
if (load) await (await load()).run(words)
else if (name === '--report' && file !== undefined)
  await (await import('./report.ts')).writeReport(
    file,
    Object.keys(benches).filter(bench => bench !== 'soak'),
    rest,
  )
else {
  console.error(`usage: npm run bench -- ${Object.keys(benches).join('|')} [options], or --report FILE`)
  process.exitCode = 2
}

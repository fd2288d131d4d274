import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, platform, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { readVersion } from '#cdnlab/files/version.js'

// `npm run bench -- --report FILE [options of the policies bench]`: runs every bench that ends by itself, one after the other, and
// writes one page with all that they print, the machine, the versions, and the rows in which a peer wins.

const runner = fileURLToPath(new URL('./run.js', import.meta.url))
/** A cell such as `0.82x`: how often faster ours is than what the row is about. */
const lost = /(?:^|\s)0\.\d+x(?:\s|$)/

/** Runs the benches of these names and writes the page. */
export async function writeReport(file: string, names: readonly string[], words: readonly string[]): Promise<void> {
  const sections: { name: string; printed: string; seconds: number }[] = []
  for (const name of names) {
    const begin = performance.now()
    const printed = await printedBy([runner, name, ...(name === 'policies' ? words : [])])
    sections.push({ name, printed: printed.trimEnd(), seconds: (performance.now() - begin) / 1000 })
  }
  const losses = sections.flatMap(({ name, printed }) =>
    printed.split('\n').flatMap(line => (lost.test(line) ? [`${name.padEnd(9)} ${line.trim()}`] : [])),
  )
  const [cpu] = cpus()
  const page = `# Benchmarks

cdnlab ${readVersion()}, Node ${process.version}, V8 ${process.versions.v8}, ${platform()} ${release()}.
${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} logical processors, ${(totalmem() / 2 ** 30).toFixed(0)} GiB.

Ratios are of processor time in rounds that alternate; absolute rates are of this machine and hour. \`2.00x\` reads: ours is twice as fast
as what its row is about.

## Rows in which a peer wins

${losses.length === 0 ? 'None.' : `\`\`\`\n${losses.join('\n')}\n\`\`\``}
${sections.map(({ name, printed, seconds }) => `\n## ${name}\n\nTook ${seconds.toFixed(0)} s.\n\n\`\`\`\n${printed}\n\`\`\`\n`).join('')}`
  writeFileSync(file, page)
  console.error(`written to ${file}`)
}

/** What a command prints, shown on the way too. Throws where it fails. */
function printedBy(words: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.on('data', chunk => {
    printed += chunk
    process.stderr.write(chunk)
  })
  return new Promise((resolve, reject) => {
    child.once('close', code =>
      code === 0 ? resolve(printed) : reject(new Error(`${words.slice(1).join(' ')} ended with ${code}`)),
    )
  })
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// Everything that the documents promise is run. A `console` block holds commands behind "$ " and the beginnings of the lines that they
// print, in order, `...` standing for any lines, or within a line for any letters. A command that ends with " &" goes on until the document is through. What can not be
// run here, such as a cluster's commands, stands in a `sh` block whose first line is a comment that says why: "# not run: ...".
const root = join(import.meta.dirname, '..')
const documents = ['README.md', 'src/README.md', ...markdownUnder('scenarios'), ...markdownUnder('config')]

function markdownUnder(folder: string): string[] {
  return (readdirSync(join(root, folder), { recursive: true }) as string[])
    .filter(name => name.endsWith('.md'))
    .map(name => join(folder, name))
    .sort()
}

interface Block {
  language: string
  line: number
  lines: string[]
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  let open: Block | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^```(\w*)/.exec(line)
    if (!fence) open?.lines.push(line)
    else if (open) open = undefined
    else {
      open = { language: fence[1]!, line: index + 1, lines: [] }
      blocks.push(open)
    }
  }
  return blocks
}

let folder = ''
let bin = ''
let path = ''
const background: ChildProcess[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-docs-'))
  bin = mkdtempSync(join(tmpdir(), 'cdnlab-docs-bin-'))
  writeFileSync(join(bin, 'cdnlab'), `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'dist/cli/main.js')}' "$@"\n`)
  chmodSync(join(bin, 'cdnlab'), 0o755)
  path = `${bin}:${process.env.PATH}`
  // The documents are read at the top of a clone.
  cpSync(join(root, 'scenarios'), join(folder, 'scenarios'), { recursive: true })
  cpSync(join(root, 'config'), join(folder, 'config'), { recursive: true })
})
afterAll(() => {
  for (const child of background) child.kill('SIGKILL')
  for (const made of [folder, bin]) rmSync(made, { recursive: true, force: true })
})

const environment = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: path, NO_COLOR: '1', COLUMNS: '100' })

/** Starts a command that goes on, and waits until it says how it is ended. */
async function start(command: string): Promise<void> {
  const child = spawn('bash', ['-c', `exec ${command}`], { cwd: folder, env: environment() })
  background.push(child)
  let said = ''
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      said += chunk
      if (/Ctrl-C|Ready to accept|takes cells from/.test(said)) resolve()
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('exit', code => reject(new Error(`${command} ended with ${code}: ${said}`)))
  })
}

/** True when the text begins as the document says, `...` within a line standing for anything: times are of the moment. */
function beginsWith(text: string, said: string): boolean {
  const [first = '', ...others] = said.split('...')
  let at = text.startsWith(first) ? first.length : -1
  for (const part of others) {
    if (at >= 0) at = text.indexOf(part, at)
    if (at >= 0) at += part.length
  }
  return at >= 0
}

async function runBlock({ lines }: Block): Promise<void> {
  const steps: { command: string; expected: string[] }[] = []
  for (const line of lines) {
    const last = steps.at(-1)
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), expected: [] })
    else if (last?.command.endsWith('\\')) last.command = `${last.command.slice(0, -1)}${line.trim()}`
    else last?.expected.push(line.trimEnd())
  }
  expect(steps.length).toBeGreaterThan(0)
  for (const { command, expected } of steps) {
    if (command.endsWith(' &')) {
      await start(command.slice(0, -2))
      continue
    }
    const ran = spawnSync('bash', ['-c', `exec 2>&1; ${command}`], {
      cwd: folder,
      env: environment(),
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    })
    const printed = ran.stdout.split('\n')
    // 99: a threshold that the document wants to show broken.
    expect([0, 99], `${command}\n${printed.join('\n')}`).toContain(ran.status)
    let at = 0
    for (const line of expected.filter(text => text !== '...' && text !== '')) {
      const found = printed.findIndex((text, index) => index >= at && beginsWith(text, line))
      expect(
        found,
        `${command}\ndoes not print, behind line ${at}:\n${line}\nbut:\n${printed.join('\n')}`,
      ).toBeGreaterThanOrEqual(at)
      at = found + 1
    }
  }
}

describe.each(documents)('%s', document => {
  const blocks = blocksOf(readFileSync(join(root, document), 'utf8'))

  it('leaves no command of this program untried without a reason', () => {
    const untried = blocks.filter(
      ({ language, lines }) =>
        language !== 'console' && lines.some(line => /^\s*cdnlab /.test(line)) && !lines[0]!.startsWith('# not run: '),
    )
    expect(untried.map(({ line }) => `${document}:${line}`)).toEqual([])
  })

  for (const block of blocks.filter(({ language }) => language === 'console'))
    it(`does what line ${block.line} says`, () => runBlock(block), 240_000)
})
